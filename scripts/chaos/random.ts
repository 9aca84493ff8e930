/** Chance that a seed repeats: the plan of faults and the disturbances of a wire come from it. */
import { hash32 } from '../../shared/domain/hash.ts'

export class SeededRandom {
  #state: number

  constructor(seed: number | string) {
    this.#state = hash32(String(seed))
  }

  /** From 0 up to, not including, 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }

  between(least: number, most: number): number {
    return Math.round(least + this.next() * (most - least))
  }

  shuffled<T>(items: readonly T[]): T[] {
    const deck = [...items]
    for (let last = deck.length - 1; last > 0; last--) {
      const other = Math.floor(this.next() * (last + 1))
      ;[deck[last], deck[other]] = [deck[other]!, deck[last]!]
    }
    return deck
  }
}
