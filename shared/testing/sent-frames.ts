/** A link as a list of what was sent over it. */
import type { AgentFrame } from '../contract/link.ts'
import type { Link } from '../core/agent/link.ts'
import { Arrivals } from './arrivals.ts'

export class SentFrames implements Link {
  readonly log: AgentFrame[] = []
  readonly frames = new Arrivals<AgentFrame>()
  congested = false
  ended = false
  readonly #waiting: ((room: boolean) => void)[] = []

  send(frame: AgentFrame): void {
    if (this.ended) return
    this.log.push(frame)
    this.frames.push(frame)
  }
  async room(): Promise<boolean> {
    if (this.ended || !this.congested) return !this.ended
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
  relieve(): void {
    this.congested = false
    for (const resolve of this.#waiting.splice(0)) resolve(true)
  }
  end(): void {
    this.ended = true
    for (const resolve of this.#waiting.splice(0)) resolve(false)
  }
  next<T extends AgentFrame['type']>(type: T) {
    return this.frames.next((frame) => frame.type === type) as Promise<Extract<AgentFrame, { type: T }>>
  }
  types(): string[] {
    return this.log.map(({ type }) => type)
  }
}
