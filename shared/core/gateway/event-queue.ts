/** Between a turn and its reader: keeps the order, merges text that nobody has fetched yet, so that a slow reader costs no memory. */
import type { GatewayEvent } from './adapter.ts'

const lastEvents = new Set<GatewayEvent['type']>(['done', 'cancelled', 'failed', 'lost'])
const maxWaiting = 1_000

export class EventQueue implements AsyncIterable<GatewayEvent> {
  readonly #waiting: GatewayEvent[] = []
  #wake: () => void = () => undefined
  #ended = false

  get ended(): boolean {
    return this.#ended
  }

  /** What comes after a last event is ignored. */
  push(event: GatewayEvent): void {
    if (this.#ended) return
    this.#ended = lastEvents.has(event.type)
    const last = this.#waiting.at(-1)
    if (event.type === 'delta' && last?.type === 'delta' && event.offset === last.offset + last.text.length) {
      this.#waiting[this.#waiting.length - 1] = { ...last, text: last.text + event.text }
    } else if (this.#ended || this.#waiting.length < maxWaiting) {
      this.#waiting.push(event)
    }
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<GatewayEvent> {
    for (;;) {
      const event = this.#waiting.shift()
      if (event) {
        yield event
        if (lastEvents.has(event.type)) return
      } else {
        const { promise, resolve } = Promise.withResolvers<undefined>()
        this.#wake = () => resolve(undefined)
        await promise
      }
    }
  }
}
