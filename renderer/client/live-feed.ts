/** Keeps one event connection up over any transport: reconnects with backoff, resumes, asks again for watched messages. */
import { MeshError } from '../../shared/contract/error.ts'
import type { WindowClock } from './clock.ts'
import type { FeedConnection, FeedEvent, FeedPosition, MeshTransport } from './transport.ts'

export type FeedState =
  | { readonly phase: 'idle' | 'connecting' | 'live' }
  | { readonly phase: 'waiting'; readonly retryAt: number; readonly error: MeshError }

export interface LiveFeedDeps {
  readonly transport: MeshTransport
  readonly clock: WindowClock
  /** 0 up to 1. */
  readonly random: () => number
  readonly onState: (state: FeedState) => void
  readonly onEvent: (event: FeedEvent) => void
  /** Connected. Not resumed: what is shown may be outdated and has to be read anew. */
  readonly onOpen: (resumed: boolean) => void
}

const firstRetryMs = 500
const lastRetryMs = 15_000
const welcomeWithinMs = 10_000

export class LiveFeed {
  readonly #deps: LiveFeedDeps
  readonly #watched = new Set<string>()
  #connection: FeedConnection | undefined
  /** Which attempt is the current one; what older ones still say is not heard. */
  #attempt = 0
  #position: FeedPosition | undefined
  #failures = 0
  #phase: FeedState['phase'] = 'idle'
  #stopTimer: (() => void) | undefined

  constructor(deps: LiveFeedDeps) {
    this.#deps = deps
  }

  start(): void {
    if (this.#phase !== 'idle') return
    this.#failures = 0
    this.#connect()
  }

  /** Forgets everything: the next start begins without a position. */
  stop(): void {
    this.#drop()
    this.#watched.clear()
    this.#position = undefined
    this.#enter({ phase: 'idle' })
  }

  /** Ends the wait for the next attempt; nothing to do while connected or connecting. */
  retryNow(): void {
    if (this.#phase === 'waiting') this.#connect()
  }

  /** The answer of a message is wanted as it comes; the result stops that. */
  watch(messageId: string): () => void {
    this.#watched.add(messageId)
    if (this.#phase === 'live') this.#connection?.watch(messageId, true)
    return () => {
      if (!this.#watched.delete(messageId)) return
      if (this.#phase === 'live') this.#connection?.watch(messageId, false)
    }
  }

  #connect(): void {
    this.#drop()
    const attempt = this.#attempt
    const current = (): boolean => attempt === this.#attempt
    this.#enter({ phase: 'connecting' })
    // A socket may be accepted and then say nothing.
    this.#stopTimer = this.#deps.clock.after(welcomeWithinMs, () => this.#closed(silent()))
    this.#connection = this.#deps.transport.openFeed(this.#position, {
      opened: (position, resumed) => {
        if (current()) this.#opened(position, resumed)
      },
      event: (event) => {
        if (current()) this.#heard(event)
      },
      closed: (error) => {
        if (current()) this.#closed(error)
      },
    })
  }

  #opened(position: FeedPosition, resumed: boolean): void {
    this.#stopTimer?.()
    this.#failures = 0
    this.#position = position
    this.#enter({ phase: 'live' })
    for (const id of this.#watched) this.#connection?.watch(id, true)
    this.#deps.onOpen(resumed)
  }

  #heard(event: FeedEvent): void {
    // Events of a watched message wait for its text and may come after newer ones of others.
    if ('seq' in event && this.#position && event.seq > this.#position.seq) {
      this.#position = { ...this.#position, seq: event.seq }
    }
    this.#deps.onEvent(event)
  }

  #closed(error: MeshError): void {
    const { clock, random, transport } = this.#deps
    const wasLive = this.#phase === 'live'
    this.#drop()
    const longest = Math.min(lastRetryMs, firstRetryMs * 2 ** this.#failures)
    const waitMs = longest * (0.5 + random() / 2)
    this.#failures++
    this.#enter({ phase: 'waiting', retryAt: clock.now() + waitMs, error })
    this.#stopTimer = clock.after(waitMs, () => this.#connect())
    // A browser's socket cannot say why it was refused. If the token was, this call hears it and the session ends.
    if (!wasLive || error.code === 'unauthorized') transport.call('session.whoami', {}).catch(() => undefined)
  }

  #drop(): void {
    this.#attempt++
    this.#stopTimer?.()
    this.#stopTimer = undefined
    this.#connection?.close()
    this.#connection = undefined
  }

  #enter(state: FeedState): void {
    this.#phase = state.phase
    this.#deps.onState(state)
  }
}

const silent = (): MeshError =>
  new MeshError('timeout', 'The coordinator accepted the connection and then said nothing.', {
    hint: 'Look into the coordinator’s log.',
  })
