/** Steps of messages that must be taken: while the store cannot write, they are tried again. */
import { MeshError } from '../../contract/error.ts'
import type { Message } from '../../contract/message.ts'
import type { MachineEvent } from '../../domain/message/events.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { Store } from '../storage/store.ts'

const againAfterMs = 1_000

export interface TransitionsDeps {
  readonly store: Pick<Store, 'transition'>
  readonly clock: Clock
  readonly log: Log
}

export class Transitions {
  readonly #deps: TransitionsDeps
  readonly #pending = new Set<Promise<unknown>>()
  readonly #waiting = new Set<() => void>()
  #stopped = false

  constructor(deps: TransitionsDeps) {
    this.#deps = deps
  }

  /**
   * The message as it is after the event, which may not have applied: look at its state. Undefined when there is no such
   * message, or when the coordinator stops. Never rejects.
   */
  apply(messageId: string, event: MachineEvent): Promise<Message | undefined> {
    const applied = this.#apply(messageId, event).finally(() => this.#pending.delete(applied))
    this.#pending.add(applied)
    return applied
  }

  /** Takes no more; resolves when those under way are written or given up. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const wake of [...this.#waiting]) wake()
    await Promise.all(this.#pending)
  }

  async #apply(messageId: string, event: MachineEvent): Promise<Message | undefined> {
    const { store, log } = this.#deps
    const fields = { message: messageId, event: event.type }
    while (!this.#stopped) {
      try {
        const { message, applied, why } = await store.transition(messageId, event)
        if (!applied) log.debug({ ...fields, state: message.state, why }, 'A step did not apply.')
        return message
      } catch (error) {
        if (error instanceof MeshError && error.code === 'message_not_found') return undefined
        log.error({ ...fields, err: error }, 'A step of a message could not be written.')
        await this.#pause()
      }
    }
    return undefined
  }

  async #pause(): Promise<void> {
    if (this.#stopped) return
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        cancel()
        this.#waiting.delete(wake)
        resolve()
      }
      const cancel = this.#deps.clock.after(againAfterMs, wake)
      this.#waiting.add(wake)
    })
  }
}
