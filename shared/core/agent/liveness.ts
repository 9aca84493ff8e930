/** Tells a silent link from a dead one: asks after a while without traffic, gives up after longer. Design §3. */
import { linkDeadAfterMs, linkPingAfterMs } from '../../contract/limits.ts'
import type { Clock } from '../platform/clock.ts'

export interface LivenessDeps {
  readonly clock: Clock
  /** Makes the other side answer. */
  readonly ping: () => void
  /** Nothing was heard for too long. Called once. */
  readonly dead: () => void
}

/** Counts with timers, not with the time of day, which jumps when a machine wakes or its clock is set. */
export class Liveness {
  readonly #deps: LivenessDeps
  #cancelPing: () => void = () => undefined
  #cancelDead: () => void = () => undefined

  constructor(deps: LivenessDeps) {
    this.#deps = deps
  }

  /** Any frame, ping or pong. The first call starts the watch. */
  heard(): void {
    this.stop()
    this.#cancelDead = this.#deps.clock.after(linkDeadAfterMs, () => {
      this.stop()
      this.#deps.dead()
    })
    this.#askLater()
  }

  stop(): void {
    this.#cancelPing()
    this.#cancelDead()
  }

  #askLater(): void {
    this.#cancelPing = this.#deps.clock.after(linkPingAfterMs, () => {
      this.#askLater()
      this.#deps.ping()
    })
  }
}
