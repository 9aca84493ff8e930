/** One message on one events socket: its text from the start, and its events from now on, in the order they happened. */
import { hasEnded } from '../../../../contract/message.ts'
import type { MessageEvent, StreamEvent } from '../../../../contract/event.ts'
import type { MessageService } from '../../services.ts'

export interface WatchDeps {
  readonly messageId: string
  readonly messages: Pick<MessageService, 'follow'>
  /** Newest event when the watch began: the listener has heard of those up to it. */
  readonly seq: number
  /** Resolves when there is room for the next frame. */
  readonly send: (frame: StreamEvent) => Promise<void>
}

export class Watch {
  readonly #deps: WatchDeps
  readonly #stopping = new AbortController()
  #toldSeq: number
  #held: MessageEvent | undefined

  constructor(deps: WatchDeps) {
    this.#deps = deps
    this.#toldSeq = deps.seq
  }

  /** Ends when the message does, or `stop` was called. Throws what `follow` throws. */
  async run(): Promise<void> {
    const { messageId, messages, send } = this.#deps
    const { signal } = this.#stopping
    try {
      for await (const { event } of messages.follow(messageId, { signal })) {
        if (signal.aborted) return
        if ('seq' in event) {
          if (event.seq <= this.#deps.seq && !isLast(event)) continue
          this.#toldSeq = Math.max(this.#toldSeq, event.seq)
        }
        await send(event)
      }
    } catch (error) {
      // Stopped means that the socket is closing: what it could not send is of no interest.
      if (!signal.aborted) throw error
    }
  }

  stop(): void {
    this.#stopping.abort()
  }

  holdBack(event: MessageEvent): void {
    this.#held = event
  }

  /** The newest event that was held back and that the watch did not tell itself. */
  get heldBack(): MessageEvent | undefined {
    return this.#held && this.#held.seq > this.#toldSeq ? this.#held : undefined
  }
}

const isLast = ({ data: { message } }: MessageEvent): boolean =>
  hasEnded(message.state) || message.state === 'interrupted'
