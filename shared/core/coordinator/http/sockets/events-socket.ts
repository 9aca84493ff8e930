/**
 * One listener: all events in order, and the text of the messages it watches. Texts are pulled as fast as the socket
 * takes them; events are pushed, and a socket on which too many wait is given up.
 */
import type { RawData, WebSocket } from 'ws'
import { check } from '../../../../contract/check.ts'
import { MeshError } from '../../../../contract/error.ts'
import { type EventsProblem, EventsWatch, type EventsWelcome, type MeshEvent } from '../../../../contract/event.ts'
import type { Log } from '../../../platform/log.ts'
import type { EventLog, MessageService } from '../../services.ts'
import { readJson } from './read-json.ts'
import { Watch } from './watch.ts'

export interface EventsSocketDeps {
  readonly socket: WebSocket
  readonly messages: Pick<MessageService, 'follow'>
  readonly events: EventLog
  readonly log: Log
  readonly onTooSlow: () => void
  readonly onBadFrame: (error: unknown) => void
  readonly maxWaitingBytes: number
}

const maxWatches = 32

export class EventsSocket {
  readonly #deps: EventsSocketDeps
  readonly #watches = new Map<string, Watch>()
  #unsubscribe = (): void => undefined
  #stopped = false

  constructor(deps: EventsSocketDeps) {
    this.#deps = deps
  }

  start(welcome: EventsWelcome, backlog: readonly MeshEvent[]): void {
    const { socket, events, onBadFrame } = this.#deps
    this.#push(welcome)
    for (const event of backlog) this.#push(event)
    this.#unsubscribe = events.subscribe((event) => this.#onEvent(event))
    socket.on('message', (data: RawData, isBinary: boolean) => {
      if (this.#stopped) return
      try {
        this.#onFrame(data, isBinary)
      } catch (error) {
        onBadFrame(error)
      }
    })
  }

  stop(): void {
    this.#stopped = true
    this.#unsubscribe()
    for (const watch of this.#watches.values()) watch.stop()
    this.#watches.clear()
  }

  #onFrame(data: RawData, isBinary: boolean): void {
    const frame = check(EventsWatch, readJson(data, isBinary), { what: 'frame', code: 'bad_frame' })
    const known = this.#watches.get(frame.message_id)
    if (frame.type === 'unwatch') {
      if (known) this.#unwatch(frame.message_id, known)
      return
    }
    if (known) return
    if (this.#watches.size >= maxWatches) {
      this.#tellProblem(
        frame.message_id,
        new MeshError('rate_limited', `A socket watches ${maxWatches} messages at most.`, {
          hint: 'Unwatch one first.',
        }),
      )
      return
    }
    this.#watch(frame.message_id)
  }

  #watch(messageId: string): void {
    const { messages, events, log } = this.#deps
    const watch = new Watch({ messageId, messages, seq: events.seq, send: (frame) => this.#sendWhole(frame) })
    this.#watches.set(messageId, watch)
    watch
      .run()
      .catch((error: unknown) => {
        // What could not be sent to a socket that closed is nobody's loss.
        if (this.#deps.socket.readyState !== this.#deps.socket.OPEN) return
        const problem = MeshError.wrap(error)
        if (problem.code === 'internal') log.error({ err: error, message_id: messageId }, 'watch broke')
        this.#tellProblem(messageId, problem)
      })
      .finally(() => this.#unwatch(messageId, watch))
  }

  #unwatch(messageId: string, watch: Watch): void {
    watch.stop()
    if (this.#watches.get(messageId) !== watch) return
    this.#watches.delete(messageId)
    if (watch.heldBack) this.#push(watch.heldBack)
  }

  /** A watched message tells its own events, so that none overtakes the text before it. */
  #onEvent(event: MeshEvent): void {
    const watch = 'message' in event.data ? this.#watches.get(event.data.message.id) : undefined
    if (watch && 'message' in event.data) watch.holdBack(event as Parameters<Watch['holdBack']>[0])
    else this.#push(event)
  }

  #tellProblem(messageId: string, error: MeshError): void {
    const problem: EventsProblem = { type: 'error', error: error.toBody(), message_id: messageId }
    this.#push(problem)
  }

  #push(frame: object): void {
    const { socket, maxWaitingBytes, onTooSlow } = this.#deps
    if (this.#stopped || socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > maxWaitingBytes) {
      this.stop()
      onTooSlow()
      return
    }
    socket.send(JSON.stringify(frame))
  }

  /** Resolves when the system took the frame; rejects when the socket is closed. */
  #sendWhole(frame: object): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#deps.socket.send(JSON.stringify(frame), (error) => {
        if (error) reject(error)
        else resolve()
      })
    })
  }
}
