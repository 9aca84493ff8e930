/** One way to the model server, and the processes it is made of. */
import type { Started } from '../lib/processes.ts'

export interface Upstream {
  readonly origin: string
  readonly model: string
}

export interface System {
  readonly name: string
  readonly origin: string
  readonly headers: Readonly<Record<string, string>>
  readonly model: string
  /** Whose memory and processor time are counted; empty for the way without anything between. */
  readonly started: readonly Started[]
  stop(): Promise<void>
}
