/** Ends interrupted messages of which nobody said in time what becomes of them. One timer for all; the store knows which are due. */
import { lapsesAt } from '../../domain/message/resolve.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { Change, Store } from '../storage/store.ts'
import type { Transitions } from './transitions.ts'

export interface LapsesDeps {
  readonly store: Pick<Store, 'interrupted'>
  readonly transitions: Transitions
  readonly clock: Clock
  readonly log: Log
}

/** Looked at in one go; the rest at once after them. */
const atOnce = 100
const againAfterErrorMs = 60_000
/** A machine that sleeps stops its timers: they are not trusted for long. */
const longestMs = 3_600_000

export class Lapses {
  readonly #deps: LapsesDeps
  #cancel: () => void = () => undefined
  #dueAt = Infinity
  #stopped = false

  constructor(deps: LapsesDeps) {
    this.#deps = deps
  }

  start(): Promise<void> {
    return this.#look()
  }

  stop(): void {
    this.#stopped = true
    this.#cancel()
  }

  /** Every commit. */
  changed({ message }: Change): void {
    if (message.state === 'interrupted') this.#wakeAt(lapsesAt(message))
  }

  #wakeAt(at: number): void {
    if (this.#stopped || at >= this.#dueAt) return
    const { clock } = this.#deps
    this.#dueAt = at
    this.#cancel()
    this.#cancel = clock.after(Math.min(longestMs, Math.max(0, at - clock.now())), () => void this.#look())
  }

  async #look(): Promise<void> {
    const { store, transitions, clock, log } = this.#deps
    this.#dueAt = Infinity
    try {
      const oldest = await store.interrupted(atOnce)
      const due = oldest.filter((message) => lapsesAt(message) <= clock.now())
      await Promise.all(due.map(({ id }) => transitions.apply(id, { type: 'lapse' })))
      const next = oldest[due.length]
      if (next) this.#wakeAt(lapsesAt(next))
      else if (due.length === atOnce) this.#wakeAt(clock.now())
    } catch (error) {
      log.error({ err: error }, 'Interrupted messages could not be looked up.')
      this.#wakeAt(clock.now() + againAfterErrorMs)
    }
  }
}
