/** Sends messages at a steady rate through the API, without waiting for their answers; counts what was turned down. */
import { Pool } from 'undici'

export interface SenderOptions {
  readonly url: string
  readonly token: string
  readonly perSecond: number
}

/** More than this open at once and the coordinator is behind: waiting tells no more than that. */
const atOnce = 256
const tickMs = 10

export class Sender {
  readonly #options: SenderOptions
  readonly #pool: Pool
  readonly #sentAt = new Map<string, number>()
  readonly #toOffer: number[] = []
  #open = 0
  accepted = 0
  refused = 0

  constructor(options: SenderOptions) {
    this.#options = options
    this.#pool = new Pool(options.url, { connections: 32, pipelining: 1 })
  }

  /** From before the request to the offer's arrival at a node, of all messages so far, in milliseconds. */
  get toOffer(): readonly number[] {
    return this.#toOffer
  }

  offered(content: string): void {
    const sentAt = this.#sentAt.get(content)
    if (sentAt === undefined) return
    this.#sentAt.delete(content)
    this.#toOffer.push(performance.now() - sentAt)
  }

  forgetTimes(): void {
    this.#toOffer.length = 0
  }

  /** Sends for so long; resolves when all requests are answered. */
  async run(ms: number): Promise<void> {
    const began = performance.now()
    let asked = 0
    while (performance.now() - began < ms) {
      const due = ((performance.now() - began) / 1_000) * this.#options.perSecond
      for (; asked < due && this.#open < atOnce; asked++) void this.#send(`message ${this.accepted} ${Math.random()}`)
      // What could not be sent in time is not made up for: the rate that was reached is told.
      asked = Math.max(asked, Math.floor(due))
      await new Promise((resolve) => setTimeout(resolve, tickMs))
    }
    while (this.#open > 0) await new Promise((resolve) => setTimeout(resolve, tickMs))
  }

  close(): Promise<void> {
    return this.#pool.destroy()
  }

  async #send(content: string): Promise<void> {
    this.#open += 1
    this.#sentAt.set(content, performance.now())
    try {
      const { statusCode, body } = await this.#pool.request({
        path: '/api/v1/route',
        method: 'POST',
        headers: {
          authorization: `Bearer ${this.#options.token}`,
          'content-type': 'application/json',
          prefer: 'respond-async',
        },
        body: JSON.stringify({ content }),
      })
      await body.dump()
      if (statusCode === 202 || statusCode === 200) this.accepted += 1
      else this.#lost(content)
    } catch {
      this.#lost(content)
    } finally {
      this.#open -= 1
    }
  }

  #lost(content: string): void {
    this.refused += 1
    this.#sentAt.delete(content)
  }
}
