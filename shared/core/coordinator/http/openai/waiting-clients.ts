/** Who waits for messages sent through the OpenAI door. When the last one leaves early, the message is stopped. */
import type { Clock } from '../../../platform/clock.ts'
import type { Log } from '../../../platform/log.ts'
import type { MessageService, Sent } from '../../services.ts'

/** A client that lost its socket tries again within half a second and must find its message running. */
export const leftGraceMs = 800

interface Waiting {
  count: number
  cancelTimer: () => void
}

export interface WaitingClient {
  /** It got its answer, or its error. */
  done(): void
  /** It closed the connection before. */
  left(): void
}

export class WaitingClients {
  readonly #deps: { readonly messages: Pick<MessageService, 'cancel'>; readonly clock: Clock; readonly log: Log }
  readonly #byMessage = new Map<string, Waiting>()

  constructor(deps: { readonly messages: Pick<MessageService, 'cancel'>; readonly clock: Clock; readonly log: Log }) {
    this.#deps = deps
  }

  join({ message: { id }, created }: Sent): WaitingClient {
    const known = this.#byMessage.get(id)
    // A message that came in through another door goes on without its readers.
    if (!known && !created) return { done: () => undefined, left: () => undefined }
    const waiting = known ?? { count: 0, cancelTimer: () => undefined }
    waiting.cancelTimer()
    waiting.count += 1
    this.#byMessage.set(id, waiting)
    return {
      done: () => {
        waiting.count -= 1
        if (waiting.count === 0) this.#byMessage.delete(id)
      },
      left: () => {
        waiting.count -= 1
        if (waiting.count > 0) return
        waiting.cancelTimer = this.#deps.clock.after(leftGraceMs, () => this.#cancel(id))
      },
    }
  }

  /** Leaves the messages of those who have just left running. */
  stop(): void {
    for (const { cancelTimer } of this.#byMessage.values()) cancelTimer()
    this.#byMessage.clear()
  }

  #cancel(id: string): void {
    this.#byMessage.delete(id)
    this.#deps.messages.cancel(id).catch((error: unknown) => {
      // Mostly because it had just ended.
      this.#deps.log.debug({ err: error, message_id: id }, 'message of a client that left was not cancelled')
    })
  }
}
