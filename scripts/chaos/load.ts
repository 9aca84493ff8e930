/**
 * The client of a run: keeps messages in flight as a user's program would. Every message has an idempotency key and is sent
 * again until it is acknowledged; every acknowledgement is written down, and so is every end that was shown.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { isValid } from '../../shared/contract/check.ts'
import { Message, RouteAccepted } from '../../shared/contract/message.ts'
import { ask } from './ask.ts'
import type { Acknowledged, Seen } from './audit.ts'
import { SeededRandom } from './random.ts'
import { textOf } from './turns.ts'
import { isOver, type Watch } from './watch.ts'

export interface LoadOptions {
  readonly inFlight: number
  readonly seed: number | string
  readonly token: string
  readonly watch: Watch
  /** What stands behind the words that name the work. */
  readonly suffix?: string
  /** The coordinator turned a message down that it has to take: the run is no good. */
  readonly refused: (why: string) => void
}

interface Sent {
  readonly marker: string
  readonly text: string
  readonly conversation: string | undefined
}

const lookAgainMs = 2_000
const pauseMs = [50, 300] as const
/** Every so many messages are sent once more after their end, as a client that lost the reply does. */
const repeatedEvery = 10

export class Load {
  readonly #options: LoadOptions
  readonly #random: SeededRandom
  readonly #acknowledged = new Map<string, { text: string; ids: Set<string>; readonly at: number }>()
  readonly seen: Seen[] = []
  #stopping = false
  #count = 0
  #open = 0
  #workers: Promise<void>[] = []

  constructor(options: LoadOptions) {
    this.#options = options
    this.#random = new SeededRandom(`${options.seed} load`)
  }

  start(): void {
    this.#workers = Array.from({ length: this.#options.inFlight }, (_, worker) => this.#work(worker))
  }

  /** Nothing new is sent; resolves when all that was acknowledged is over, or after `withinMs`. */
  async finish(withinMs: number): Promise<void> {
    this.#stopping = true
    const enough = new AbortController()
    await Promise.race([
      Promise.all(this.#workers),
      wait(withinMs, undefined, { signal: enough.signal }).catch(() => undefined),
    ])
    enough.abort()
  }

  /** Acknowledged and not over yet. */
  get open(): number {
    return this.#open
  }

  acknowledged(): Acknowledged[] {
    return [...this.#acknowledged].map(([marker, { text, ids }]) => ({ marker, text, ids: [...ids] }))
  }

  acknowledgedAt(): Map<string, number> {
    return new Map([...this.#acknowledged.values()].flatMap(({ ids, at }) => [...ids].map((id) => [id, at] as const)))
  }

  /** How it stands now; undefined while the coordinator does not say. */
  async look(id: string): Promise<Message | undefined> {
    const reply = await ask(this.#options.token, 'GET', `/api/v1/messages/${id}`).catch(() => undefined)
    if (reply?.status !== 200 || !isValid(Message, reply.body)) return undefined
    const { state, response } = reply.body
    if (isOver(reply.body)) this.seen.push({ id, state, response })
    return reply.body
  }

  async #work(worker: number): Promise<void> {
    while (!this.#stopping) {
      const marker = `m${++this.#count}`
      const work = { marker, pieces: this.#random.between(2, 8), every_ms: this.#random.between(40, 250) }
      // Every fourth worker talks in one conversation, so that turns also move with what was said before.
      const sent = {
        marker,
        text: `${textOf(work)}${this.#options.suffix ?? ''}`,
        conversation: worker % 4 === 0 ? `talk-${worker}` : undefined,
      }
      const id = await this.#send(sent)
      if (id === undefined) return
      this.#open++
      await this.#over(id)
      this.#open--
      if (this.#count % repeatedEvery === 0) await this.#send(sent)
    }
  }

  /** The id under which it was acknowledged; undefined when the run ended before. */
  async #send(sent: Sent): Promise<string | undefined> {
    for (;;) {
      const { id, pause } = await this.#post(sent)
      if (id !== undefined) {
        this.#note(sent, id)
        return id
      }
      // Nobody promised anything about it yet, so it may be dropped.
      if (this.#stopping) return undefined
      await wait(pause)
    }
  }

  async #post({ marker, text, conversation }: Sent): Promise<{ readonly id?: string; readonly pause: number }> {
    const usual = { pause: this.#random.between(...pauseMs) }
    try {
      const { status, headers, body } = await ask(this.#options.token, 'POST', '/api/v1/route', {
        headers: { 'idempotency-key': marker, prefer: 'respond-async' },
        body: { content: text, ...(conversation === undefined ? {} : { conversation }) },
      })
      if (status < 300 && isValid(RouteAccepted, body)) return { ...usual, id: body.message_id }
      if (status !== 429 && status < 500)
        this.#options.refused(`${marker} was refused with ${status}: ${JSON.stringify(body)}`)
      const seconds = Number(headers['retry-after'] ?? Number.NaN)
      return Number.isFinite(seconds) ? { pause: seconds * 1_000 } : usual
    } catch {
      // The coordinator is away, or the reply was lost: it may have the message, which the key will tell.
      return usual
    }
  }

  #note({ marker, text }: Sent, id: string): void {
    const known = this.#acknowledged.get(marker)
    if (known) known.ids.add(id)
    else this.#acknowledged.set(marker, { text, ids: new Set([id]), at: performance.now() })
  }

  async #over(id: string): Promise<void> {
    for (;;) {
      const told = new AbortController()
      const forget = this.#options.watch.onEnd(id, () => told.abort())
      await wait(lookAgainMs, undefined, { signal: told.signal }).catch(() => undefined)
      forget()
      const message = await this.look(id)
      if (message && isOver(message)) return
    }
  }
}
