/** The subset of Node's EventEmitter that a sandboxed preload gets. */
type Fn = ((...a: any[]) => any) & { listener?: Fn }

export class EventEmitter {
  #map = new Map<PropertyKey, Fn[]>()
  #max = 10
  on(name: PropertyKey, fn: Fn): this {
    if (typeof fn !== 'function') throw new TypeError('The "listener" argument must be of type function')
    this.#map.set(name, [...(this.#map.get(name) ?? []), fn])
    return this
  }
  addListener(name: PropertyKey, fn: Fn): this {
    return this.on(name, fn)
  }
  prependListener(name: PropertyKey, fn: Fn): this {
    this.#map.set(name, [fn, ...(this.#map.get(name) ?? [])])
    return this
  }
  once(name: PropertyKey, fn: Fn): this {
    const wrap: Fn = (...a: any[]) => {
      this.removeListener(name, wrap)
      return fn.apply(this, a)
    }
    wrap.listener = fn
    return this.on(name, wrap)
  }
  off(name: PropertyKey, fn: Fn): this {
    return this.removeListener(name, fn)
  }
  removeListener(name: PropertyKey, fn: Fn): this {
    const list = this.#map.get(name)
    if (!list) return this
    for (let i = list.length - 1; i >= 0; i--) {
      if (list[i] === fn || list[i].listener === fn) {
        const rest = [...list.slice(0, i), ...list.slice(i + 1)]
        if (rest.length) this.#map.set(name, rest)
        else this.#map.delete(name)
        break
      }
    }
    return this
  }
  removeAllListeners(name?: PropertyKey): this {
    if (name === undefined) this.#map.clear()
    else this.#map.delete(name)
    return this
  }
  emit(name: PropertyKey, ...args: any[]): boolean {
    const list = this.#map.get(name)
    if (!list) {
      if (name === 'error')
        throw args[0] instanceof Error ? args[0] : new Error(`Unhandled error. (${String(args[0])})`)
      return false
    }
    for (const fn of list) fn.apply(this, args)
    return true
  }
  listeners(name: PropertyKey): Fn[] {
    return (this.#map.get(name) ?? []).map((f) => f.listener ?? f)
  }
  rawListeners(name: PropertyKey): Fn[] {
    return [...(this.#map.get(name) ?? [])]
  }
  listenerCount(name: PropertyKey): number {
    return this.#map.get(name)?.length ?? 0
  }
  eventNames(): PropertyKey[] {
    return [...this.#map.keys()]
  }
  setMaxListeners(n: number): this {
    this.#max = n
    return this
  }
  getMaxListeners(): number {
    return this.#max
  }
}
