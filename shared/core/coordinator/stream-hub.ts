/**
 * The streams of messages that are under way, and of those that ended lately, for as many followers as like. What was
 * forgotten is told from the store, as one event with the whole answer.
 */
import { type MessageDelta, type MessageEvent, type MessageTool, stateEvent } from '../../contract/event.ts'
import type { Message } from '../../contract/message.ts'
import { MeshError } from '../../contract/error.ts'
import { summarise } from '../../domain/message/summary.ts'
import type { Store } from '../storage/store.ts'
import { MessageStream } from './message-stream.ts'
import type { NumberedEvent } from './services.ts'
import { isSettled } from './settled.ts'

/** Streams of ended messages that are kept: that many, and that much text in all. */
const keptStreams = 500
const keptChars = 32 * 1024 * 1024

export const noSuchMessage = (id: string): MeshError =>
  new MeshError('message_not_found', `There is no message ${id}.`, {
    hint: 'Messages are forgotten some time after they ended; `claw-mesh messages` lists those that are left.',
  })

export interface StreamHubDeps {
  readonly store: Pick<Store, 'get'>
  /** Sequence number of the newest mesh event: what an event told from the store carries. */
  readonly seq: () => number
  readonly kept?: { readonly streams: number; readonly chars: number }
}

export class StreamHub {
  readonly #deps: StreamHubDeps
  readonly #streams = new Map<string, MessageStream>()
  readonly #opening = new Map<string, Promise<MessageStream | Message>>()
  /** Settled ones and their text, longest settled first. */
  readonly #settled = new Map<string, number>()
  #settledChars = 0
  readonly #stopped = new AbortController()

  constructor(deps: StreamHubDeps) {
    this.#deps = deps
  }

  /** Every event of the mesh that is about a message, in order. */
  event(event: MessageEvent, message: Message): void {
    const settled = isSettled(message.state)
    const stream = this.#streams.get(message.id) ?? (settled ? undefined : this.#add(message.id))
    if (!stream) return
    stream.push(settled ? withResponse(event, message) : event, settled)
    this.#forget(message.id)
    if (settled) this.#keep(message.id, stream.chars)
  }

  /** A piece of an answer or a tool; nobody's if the message is not under way. */
  part(event: MessageDelta | MessageTool): void {
    this.#streams.get(event.data.message_id)?.pushPart(event)
  }

  async *follow(
    messageId: string,
    options: { readonly after?: number; readonly signal: AbortSignal },
  ): AsyncIterable<NumberedEvent> {
    const { after = 0 } = options
    const found = (await this.#opening.get(messageId)) ?? this.#streams.get(messageId) ?? (await this.#open(messageId))
    if (!(found instanceof MessageStream)) {
      yield { n: after + 1, event: withResponse(this.#asItIs(found), found) }
      return
    }
    const signal = AbortSignal.any([options.signal, this.#stopped.signal])
    // A number from before a restart of the coordinator means nothing here: tell it from the start.
    let at = after > found.last ? 0 : after
    while (!signal.aborted) {
      const next = found.next(at)
      if (next) {
        yield next
        at = next.n
      } else if (found.settled) return
      else await found.changed(signal)
    }
  }

  /** Ends every follower. */
  stop(): void {
    this.#stopped.abort()
  }

  /** For a message of before a restart, or one long ended: its new stream, or the message itself. */
  #open(messageId: string): Promise<MessageStream | Message> {
    // Added before the store is asked: what happens to the message meanwhile must find it.
    const stream = this.#add(messageId)
    const opening = this.#deps.store
      .get(messageId)
      .then((message) => {
        if (stream.last > 0) return stream
        if (message && !isSettled(message.state)) {
          stream.push(this.#asItIs(message), false)
          return stream
        }
        if (!message) throw noSuchMessage(messageId)
        return message
      })
      .finally(() => {
        this.#opening.delete(messageId)
        if (stream.last === 0) this.#streams.delete(messageId)
      })
    this.#opening.set(messageId, opening)
    return opening
  }

  #asItIs(message: Message): MessageEvent {
    return {
      seq: Math.max(1, this.#deps.seq()),
      at: message.updated_at,
      type: stateEvent(message.state),
      data: { message: summarise(message) },
    }
  }

  #add(messageId: string): MessageStream {
    const stream = new MessageStream()
    this.#streams.set(messageId, stream)
    return stream
  }

  #keep(messageId: string, chars: number): void {
    this.#settled.set(messageId, chars)
    this.#settledChars += chars
    const { streams, chars: mostChars } = this.#deps.kept ?? { streams: keptStreams, chars: keptChars }
    for (const oldest of this.#settled.keys()) {
      if (this.#settled.size <= streams && this.#settledChars <= mostChars) return
      this.#forget(oldest)
      this.#streams.delete(oldest)
    }
  }

  #forget(messageId: string): void {
    this.#settledChars -= this.#settled.get(messageId) ?? 0
    this.#settled.delete(messageId)
  }
}

function withResponse(event: MessageEvent, message: Message): MessageEvent {
  if (message.response === undefined) return event
  return { ...event, data: { ...event.data, response: message.response } }
}
