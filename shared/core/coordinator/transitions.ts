/** Steps of messages that must be taken: while the store cannot write, they are tried again, those of one message in order. */
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

/** One step that is under way. */
interface Pending {
  readonly messageId: string
  readonly event: MachineEvent
  /** The step of the same message that was asked for before it. */
  earlier: Pending | undefined
  /** The store would not write it, or one before it. */
  stuck: boolean
  done: Promise<Message | undefined>
}

export class Transitions {
  readonly #deps: TransitionsDeps
  readonly #pending = new Set<Promise<unknown>>()
  /** Of each message the step that was asked for last. */
  readonly #latest = new Map<string, Pending>()
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
    const earlier = this.#latest.get(messageId)
    const step: Pending = { messageId, event, earlier, stuck: false, done: Promise.resolve(undefined) }
    step.done = this.#apply(step).finally(() => {
      step.earlier = undefined
      this.#pending.delete(step.done)
      if (this.#latest.get(messageId) === step) this.#latest.delete(messageId)
    })
    this.#latest.set(messageId, step)
    this.#pending.add(step.done)
    return step.done
  }

  /** Takes no more; resolves when those under way are written or given up. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const wake of [...this.#waiting]) wake()
    await Promise.all(this.#pending)
  }

  /** Steps of one message share a commit where they can; what one needs is there only once those before it are written. */
  async #apply(step: Pending): Promise<Message | undefined> {
    const { store, log } = this.#deps
    const { messageId, event } = step
    const fields = { message: messageId, event: event.type }
    while (!this.#stopped) {
      if (step.earlier?.stuck) {
        await this.#waitFor(step.earlier, step)
        continue
      }
      try {
        const { message, applied, why } = await store.transition(messageId, event)
        if (!applied && step.earlier?.stuck) continue
        if (!applied) log.debug({ ...fields, state: message.state, why }, 'A step did not apply.')
        return message
      } catch (error) {
        if (error instanceof MeshError && error.code === 'message_not_found') return undefined
        log.error({ ...fields, err: error }, 'A step of a message could not be written.')
        step.stuck = true
        await this.#pause()
      }
    }
    return undefined
  }

  async #waitFor(earlier: Pending, step: Pending): Promise<void> {
    step.stuck = true
    await earlier.done
    step.earlier = undefined
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
