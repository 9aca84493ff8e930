/** Things that arrive, taken in order; a test that asks too early waits. */
export class Arrivals<T> {
  readonly #arrived: T[] = []
  readonly #asked: { readonly fits: (thing: T) => boolean; readonly give: (thing: T) => void }[] = []

  push(thing: T): void {
    const asked = this.#asked.findIndex(({ fits }) => fits(thing))
    if (asked < 0) this.#arrived.push(thing)
    else this.#asked.splice(asked, 1)[0]?.give(thing)
  }

  /** The first that fits, of those nobody has taken yet. */
  next(fits: (thing: T) => boolean = () => true): Promise<T> {
    const at = this.#arrived.findIndex(fits)
    if (at >= 0) return Promise.resolve(this.#arrived.splice(at, 1)[0] as T)
    return new Promise((give) => this.#asked.push({ fits, give }))
  }

  /** What has arrived and was not taken. */
  get waiting(): readonly T[] {
    return this.#arrived
  }
}
