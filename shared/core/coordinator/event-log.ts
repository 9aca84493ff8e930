/** What happened in the mesh lately, numbered, for sockets that follow or come back. Memory only: a restart has a new boot id. */
import type { MeshEvent } from '../../contract/event.ts'
import { type Clock, isoTime } from '../platform/clock.ts'
import type { EventLog } from './services.ts'

/** An event before the log has numbered and dated it. */
export type NewEvent = MeshEvent extends infer E ? (E extends MeshEvent ? Pick<E, 'type' | 'data'> : never) : never

const keptEvents = 2_000

export class MeshEventLog implements EventLog {
  readonly bootId: string
  readonly #clock: Clock
  readonly #capacity: number
  /** Event `seq` stands at `seq % capacity`. */
  readonly #ring: MeshEvent[] = []
  readonly #listeners = new Set<(event: MeshEvent) => void>()
  #seq = 0

  constructor(deps: { readonly bootId: string; readonly clock: Clock; readonly capacity?: number }) {
    this.bootId = deps.bootId
    this.#clock = deps.clock
    this.#capacity = deps.capacity ?? keptEvents
  }

  get seq(): number {
    return this.#seq
  }

  append(event: NewEvent): MeshEvent {
    this.#seq += 1
    const numbered = { seq: this.#seq, at: isoTime(this.#clock), ...event }
    this.#ring[this.#seq % this.#capacity] = numbered
    for (const listener of [...this.#listeners]) listener(numbered)
    return numbered
  }

  since(seq: number): readonly MeshEvent[] | null {
    const oldest = Math.max(1, this.#seq - this.#capacity + 1)
    if (seq > this.#seq || seq + 1 < oldest) return null
    const events: MeshEvent[] = []
    for (let next = seq + 1; next <= this.#seq; next++) {
      const event = this.#ring[next % this.#capacity]
      if (event) events.push(event)
    }
    return events
  }

  subscribe(listener: (event: MeshEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
