/** Checks the page's password, one guess at a time so that guessing cannot take the machine's memory. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { MeshError } from '../../../../contract/error.ts'
import { verifyPassword } from './password.ts'

const maxWaiting = 16

export class PagePassword {
  readonly #hash: string
  /** Scripts send the password with every request: the last right one is known again without the slow hash. */
  readonly #key = randomBytes(32)
  #known: Buffer | undefined
  #queue: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /** `hash` as `hashPassword` made it. */
  constructor(deps: { readonly hash: string }) {
    this.#hash = deps.hash
  }

  async verify(password: string): Promise<boolean> {
    const mark = createHmac('sha256', this.#key).update(password).digest()
    if (this.#known && timingSafeEqual(this.#known, mark)) return true
    if (this.#waiting >= maxWaiting) {
      throw new MeshError('rate_limited', 'Too many passwords are being checked.', {
        hint: 'Try again in a moment.',
        details: { retry_after_s: 1 },
      })
    }
    this.#waiting += 1
    const turn = this.#queue.then(() => verifyPassword(password, this.#hash))
    this.#queue = turn.catch(() => undefined)
    try {
      const right = await turn
      if (right) this.#known = mark
      return right
    } finally {
      this.#waiting -= 1
    }
  }
}
