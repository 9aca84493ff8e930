/**
 * The crossing between the page's main world and the preload's isolated world.
 *
 * Two V8 contexts of one document share no JavaScript objects, but they share
 * the DOM. Both sides hold the same DOM node, which is never put in the
 * document, and dispatch CustomEvents on it: dispatch is synchronous, and
 * Chromium structured-clones `detail` when it is read in the other world. So a
 * call through the bridge returns a value or throws at once, as in Electron.
 *
 * Rules kept from Electron's contextBridge: functions become proxies, promises
 * become proxies, errors keep only their message, plain objects and arrays are
 * walked (own enumerable properties, no prototypes), symbols are dropped, other
 * values are structured-cloned, a function that comes back to its own world is
 * the original function.
 */
type Enc = any
type Handler = (...args: any[]) => any

const { defineProperty, keys, freeze, getOwnPropertyNames, is } = Object
const toStr = Object.prototype.toString
const NotPlain = new Set([
  'Date',
  'RegExp',
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'WeakRef',
  'ArrayBuffer',
  'SharedArrayBuffer',
  'DataView',
  'Boolean',
  'Number',
  'String',
  'BigInt',
  'Symbol',
  'Arguments',
  'Map Iterator',
  'Set Iterator',
  'Module',
  'Blob',
  'File',
])

export interface Bridge {
  /** synchronous request to the other world's handler of that name */
  request(op: string, ...args: any[]): any
  handle(op: string, fn: Handler): void
}

export function createBridge(node: EventTarget, out: string, inn: string): Bridge {
  const dispatch = node.dispatchEvent.bind(node)
  const Custom = CustomEvent
  const P = Promise
  const E = Error
  const cloneCheck = structuredClone
  const El = Element
  const Mouse = MouseEvent
  const elements = new Map<number, EventTarget | null>() // on their way to this world
  const fns = new Map<number, Handler>() // functions of this world that the other one can call
  const promises = new Map<number, { resolve: (v: any) => void; reject: (v: any) => void }>()
  const origin = new WeakMap<Handler, number>() // proxy of this world -> id in the other world
  const handlers = new Map<string, Handler>()
  const replies = new Map<number, Enc>()
  let nextId = 1

  const post = (msg: any) => dispatch(new Custom(out, { detail: msg }))

  function enc(v: any, depth: number, seen: Map<any, number>): Enc {
    if (depth >= 1000)
      throw new TypeError(
        'Electron contextBridge recursion depth exceeded.  Nested objects deeper than 1000 are not supported.',
      )
    const t = typeof v
    if (v === null || (t !== 'object' && t !== 'function')) return t === 'symbol' ? { k: 'y' } : { k: 'v', v }
    const known = seen.get(v)
    if (known !== undefined) return { k: 'r', i: known }
    const i = seen.size
    seen.set(v, i)
    if (t === 'function') {
      const back = origin.get(v)
      if (back !== undefined) return { k: 'back', id: back }
      const id = nextId++
      fns.set(id, v)
      return { k: 'f', id }
    }
    if (v instanceof P) {
      const id = nextId++
      v.then(
        (x: any) => settle(id, true, x),
        (x: any) => settle(id, false, x),
      )
      return { k: 'p', id }
    }
    if (v instanceof E) return { k: 'e', m: String(v.message) }
    if (Array.isArray(v)) {
      const a: Enc[] = []
      for (let n = 0; n < v.length; n++) a.push(enc(v[n], depth + 1, seen))
      return { k: 'a', v: a }
    }
    if (v instanceof El) {
      const id = nextId++
      dispatch(new Mouse(`${out}-element`, { relatedTarget: v, detail: id })) // the same node, the other world's wrapper
      return { k: 'n', id }
    }
    const tag = toStr.call(v).slice(8, -1)
    if (ArrayBuffer.isView(v) || NotPlain.has(tag)) {
      let c
      try {
        c = cloneCheck(v)
      } catch {
        throw new E('An object could not be cloned.')
      }
      return { k: 'c', v: c }
    }
    return { k: 'o', v: keys(v).map((key) => [key, enc(v[key], depth + 1, seen)]) }
  }

  function settle(id: number, ok: boolean, value: any): void {
    let v: Enc
    try {
      v = enc(value, 0, new Map())
    } catch (err: any) {
      ok = false
      v = { k: 'e', m: String(err.message) }
    }
    post({ t: 'settle', id, ok, v })
  }

  function dec(n: Enc, seen: any[]): any {
    switch (n.k) {
      case 'v':
        return n.v
      case 'y':
        return undefined
      case 'r':
        return seen[n.i]
    }
    const at = seen.push(undefined) - 1
    switch (n.k) {
      case 'c':
        return (seen[at] = n.v)
      case 'e':
        return (seen[at] = new E(n.m))
      case 'n': {
        const el = elements.get(n.id)
        elements.delete(n.id)
        return (seen[at] = el)
      }
      case 'back':
        return (seen[at] = fns.get(n.id))
      case 'f': {
        const id = n.id
        const proxy = function (this: unknown, ...args: any[]) {
          return call('call', id, args)
        }
        defineProperty(proxy, 'name', { value: '' })
        origin.set(proxy, id)
        return (seen[at] = proxy)
      }
      case 'p':
        return (seen[at] = new P((resolve, reject) => promises.set(n.id, { resolve, reject })))
      case 'a': {
        const a: any[] = (seen[at] = [])
        for (const x of n.v) a.push(dec(x, seen))
        return a
      }
      case 'o': {
        const o = (seen[at] = {})
        for (const [key, x] of n.v)
          if (x.k !== 'y')
            defineProperty(o, key, { value: dec(x, seen), writable: true, enumerable: true, configurable: true })
        return o
      }
    }
  }

  /** one synchronous round trip */
  function call(t: string, target: number | string, args: any[]): any {
    const seen = new Map()
    const a = args.map((x) => enc(x, 0, seen))
    const id = nextId++
    post({ t, id, target, a })
    const reply = replies.get(id)
    replies.delete(id)
    if (!reply) throw new E('electron-on-chromium: the other world did not answer')
    const v = dec(reply.v, [])
    if (!reply.ok) throw v
    return v
  }

  node.addEventListener(
    `${inn}-element`,
    (event) => void elements.set((event as MouseEvent).detail, (event as MouseEvent).relatedTarget),
  )
  node.addEventListener(inn, (event) => {
    const msg = (event as CustomEvent).detail
    if (msg.t === 'ret') {
      replies.set(msg.id, msg)
    } else if (msg.t === 'settle') {
      const p = promises.get(msg.id)
      promises.delete(msg.id)
      p?.[msg.ok ? 'resolve' : 'reject'](dec(msg.v, []))
    } else {
      let ok = true
      let v: Enc
      try {
        const fn = msg.t === 'call' ? fns.get(msg.target) : handlers.get(msg.target)
        const seen: any[] = []
        const result = fn!(...msg.a.map((x: Enc) => dec(x, seen)))
        v = enc(result, 0, new Map())
      } catch (err: any) {
        ok = false
        const known = err && typeof err === 'object' && typeof err.message === 'string'
        v = {
          k: 'e',
          m: known
            ? err.message
            : 'An unknown exception occurred in the isolated context, an error occurred but a valid exception was not thrown.',
        }
      }
      post({ t: 'ret', id: msg.id, ok, v })
    }
  })

  return {
    request: (op, ...args) => call('req', op, args),
    handle: (op, fn) => void handlers.set(op, fn),
  }
}

export function deepFreeze(v: any, seen = new Set()): any {
  if (v === null || (typeof v !== 'object' && typeof v !== 'function') || seen.has(v) || ArrayBuffer.isView(v)) return v
  seen.add(v)
  for (const k of getOwnPropertyNames(v)) {
    const d = Object.getOwnPropertyDescriptor(v, k)
    if (d && 'value' in d && !is(d.value, v)) deepFreeze(d.value, seen)
  }
  return freeze(v)
}
