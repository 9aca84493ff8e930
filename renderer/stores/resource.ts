/** How far the reading of something has come. What was read before stays while it is read anew. */
import type { MeshError } from '../../shared/contract/error.ts'

export interface Reading {
  readonly phase: 'loading' | 'ready' | 'failed'
  readonly error?: MeshError | undefined
}

/**
 * Holds back what is pushed while a list is read: an event that is older than the list, applied after it, would be
 * corrected by a later event; one that was applied before it would be lost.
 */
export class PushQueue<E> {
  readonly #apply: (event: E) => void
  readonly #max: number
  #held: E[] | undefined
  #overflow = false

  constructor(deps: { readonly apply: (event: E) => void; readonly max: number }) {
    this.#apply = deps.apply
    this.#max = deps.max
  }

  push(event: E): void {
    if (!this.#held) this.#apply(event)
    else if (this.#held.length < this.#max) this.#held.push(event)
    else this.#overflow = true
  }

  hold(): void {
    this.#held ??= []
  }

  /** Applies what was held back. False: too much came, what is shown may lack some of it. */
  release(): boolean {
    const held = this.#held ?? []
    const complete = !this.#overflow
    this.#held = undefined
    this.#overflow = false
    for (const event of held) this.#apply(event)
    return complete
  }
}
