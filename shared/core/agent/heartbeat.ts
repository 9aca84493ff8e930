/** When to report: regularly, and at once when something changed, but not more often than is of use. */
import type { Clock } from '../platform/clock.ts'

export const heartbeatEveryMs = 5_000
export const heartbeatGapMs = 250

export interface HeartbeatDeps {
  readonly clock: Clock
  readonly beat: () => void
}

export class Heartbeat {
  readonly #deps: HeartbeatDeps
  #running = false
  /** Inside the gap after a beat. */
  #resting = false
  #due = false
  #cancel: () => void = () => undefined

  constructor(deps: HeartbeatDeps) {
    this.#deps = deps
  }

  /** The first beat comes after the interval: `hello` has just said the same. */
  start(): void {
    this.stop()
    this.#running = true
    this.#rest()
  }

  stop(): void {
    this.#cancel()
    this.#running = false
    this.#due = false
  }

  /** Something changed: beat now, or when the gap after the last beat is over. */
  soon(): void {
    if (!this.#running) return
    if (this.#resting) this.#due = true
    else this.#beat()
  }

  #beat(): void {
    this.#cancel()
    this.#due = false
    this.#rest()
    this.#deps.beat()
  }

  #rest(): void {
    this.#resting = true
    this.#cancel = this.#deps.clock.after(heartbeatGapMs, () => {
      this.#resting = false
      if (this.#due) this.#beat()
      else this.#cancel = this.#deps.clock.after(heartbeatEveryMs - heartbeatGapMs, () => this.#beat())
    })
  }
}
