/** What users do with messages: send, read, follow, cancel. Everything that then happens to a message is the dispatcher's. */
import { MeshError } from '../../contract/error.ts'
import { maxContentBytes } from '../../contract/limits.ts'
import {
  type Conversation,
  hasEnded,
  type Message,
  type MessagePage,
  replayableStates,
  type ResolveAction,
  type SendMessage,
} from '../../contract/message.ts'
import type { DashboardStats } from '../../contract/system.ts'
import { mayHaveBegun } from '../../domain/message/begun.ts'
import { newMessage } from '../../domain/message/machine.ts'
import { replayOf } from '../../domain/message/replay.ts'
import { type Clock, isoTime } from '../platform/clock.ts'
import { sha256Hex } from '../platform/ids.ts'
import { notReplayable } from '../storage/not-replayable.ts'
import type { Idempotency, MessageFilter, Store, Transitioned } from '../storage/store.ts'
import type { MachineEvent } from '../../domain/message/events.ts'
import type { Caller } from './caller.ts'
import type { Dispatch } from './dispatch.ts'
import { noCapableNode } from './dispatcher.ts'
import type { NodeRegistry } from './node-registry.ts'
import { hasEndedAlready, notInterrupted, notYours, stopUnconfirmed } from './message-errors.ts'
import { requestDigest, stableJson } from './request-digest.ts'
import type { MessageService, NumberedEvent, SendOptions, Sent } from './services.ts'
import { isSettled } from './settled.ts'
import type { SettledWaits } from './settled-waits.ts'
import { noSuchMessage, type StreamHub } from './stream-hub.ts'

const maxQueued = 10_000

export interface MessageServiceDeps {
  readonly store: Store
  readonly registry: Pick<NodeRegistry, 'list' | 'get'>
  readonly dispatch: Pick<Dispatch, 'dispatcher' | 'queue'>
  readonly streams: Pick<StreamHub, 'follow'>
  readonly settledWaits: SettledWaits
  readonly clock: Clock
  /** Ids that sort by when they were made. */
  readonly newMessageId: () => string
  readonly isDraining: () => boolean
  readonly startedAt: number
  readonly version: string
  readonly maxQueued?: number
}

export class Messages implements MessageService {
  readonly #deps: MessageServiceDeps

  constructor(deps: MessageServiceDeps) {
    this.#deps = deps
  }

  async send(input: SendMessage, caller: Caller, options: SendOptions = {}): Promise<Sent> {
    const { store, clock, newMessageId } = this.#deps
    const { to, context, attachWithinS } = options
    const sender = senderOf(input, caller)
    checkSize(input.content)
    const asked = to ?? input.requires?.node
    const wanted = asked === undefined ? input : { ...input, requires: { ...input.requires, node: asked } }
    const digest = requestDigest({ ...wanted, sender, context })
    if (attachWithinS !== undefined) {
      const earlier = await store.recentDuplicate(caller.tokenHash, digest, attachWithinS)
      // What ended before any turn began is tried again: that is what repeating the request is for.
      const stands = earlier && (!hasEnded(earlier.state) || mayHaveBegun(earlier))
      if (stands) return { message: earlier, created: false }
    }
    return this.#accept({ token_hash: caller.tokenHash, key: input.idempotency_key ?? '', digest }, () => {
      const requires =
        asked === undefined ? input.requires : { ...input.requires, node: this.#deps.registry.get(asked).id }
      const made = { id: newMessageId(), sender, at: isoTime(clock) }
      return newMessage({ ...input, ...(requires === undefined ? {} : { requires }), context }, made)
    })
  }

  async get(messageId: string): Promise<Message> {
    const message = await this.#deps.store.get(messageId)
    if (!message) throw noSuchMessage(messageId)
    return this.#placed(message)
  }

  async list(filter: MessageFilter): Promise<MessagePage> {
    const { messages, next_cursor } = await this.#deps.store.list(filter)
    return { messages: messages.map((message) => this.#placed(message)), next_cursor }
  }

  async cancel(messageId: string): Promise<Message> {
    const { message } = await this.#transition(messageId, { type: 'cancel' })
    if (!hasEnded(message.state) || message.state === 'cancelled') return message
    throw hasEndedAlready(message)
  }

  async resolve(messageId: string, action: ResolveAction): Promise<Message> {
    const { message, applied } = await this.#transition(messageId, { type: 'resolve', action })
    if (applied) return message
    throw message.state === 'interrupted' ? stopUnconfirmed(message) : notInterrupted(message)
  }

  async replay(messageId: string, caller: Caller, idempotencyKey?: string): Promise<Sent> {
    const { clock, newMessageId } = this.#deps
    const old = await this.get(messageId)
    if (caller.scope !== 'admin' && caller.sender !== old.sender) throw notYours(old)
    if (!replayableStates.includes(old.state)) throw notReplayable(old)
    const digest = sha256Hex(stableJson({ replay_of: old.id, sender: old.sender }))
    return this.#accept({ token_hash: caller.tokenHash, key: idempotencyKey ?? '', digest }, () =>
      replayOf(old, { id: newMessageId(), at: isoTime(clock) }),
    )
  }

  async conversation(id: string, caller: Caller): Promise<Conversation> {
    const { store } = this.#deps
    const own = await store.conversationWithMessages(id, caller.sender)
    // Whoever may see all messages may see whole conversations; one's own goes first where two share an id.
    const found = own ?? (caller.scope === 'admin' ? await store.conversationWithMessages(id) : undefined)
    if (found) return { ...found, messages: found.messages.map((message) => this.#placed(message)) }
    throw new MeshError('conversation_not_found', `There is no conversation "${id.slice(0, 64)}" of yours.`, {
      hint: 'A conversation begins with the first message that names it.',
    })
  }

  follow(
    messageId: string,
    options: { readonly after?: number; readonly signal: AbortSignal },
  ): AsyncIterable<NumberedEvent> {
    return this.#deps.streams.follow(messageId, options)
  }

  async settled(messageId: string, signal: AbortSignal): Promise<Message> {
    const gaveUp = new AbortController()
    // Listens before it looks: the message may settle in between.
    const settles = this.#deps.settledWaits.wait(messageId, AbortSignal.any([signal, gaveUp.signal]))
    try {
      const message = await this.get(messageId)
      if (isSettled(message.state)) return message
      return (await settles) ?? (await this.get(messageId))
    } finally {
      gaveUp.abort(noLongerWaiting)
    }
  }

  async stats(): Promise<DashboardStats> {
    const { store, registry, clock, startedAt, version } = this.#deps
    const { per_minute, ...messages } = await store.counts()
    const nodes = registry.list()
    const count = (status: string): number => nodes.filter((node) => node.status === status).length
    return {
      nodes: { total: nodes.length, online: count('online'), busy: count('busy'), offline: count('offline') },
      messages: { ...messages, per_minute: [...per_minute] },
      uptime_s: Math.floor((clock.now() - startedAt) / 1_000),
      version,
    }
  }

  /** Takes the message in, unless one with the same key was taken before. */
  async #accept(key: Idempotency, make: () => Message): Promise<Sent> {
    const { store, dispatch } = this.#deps
    try {
      this.#admit()
      const message = make()
      const decision = dispatch.dispatcher.preview(message)
      if (decision.outcome === 'infeasible') throw noCapableNode(decision)
      return await store.enqueue(message, key)
    } catch (error) {
      // What would be turned down now may have been taken before: then the earlier message stands.
      if (key.key === '' || isConflict(error)) throw error
      const earlier = await store.claimed(key)
      if (!earlier) throw error
      return { message: earlier, created: false }
    }
  }

  #transition(messageId: string, event: MachineEvent): Promise<Transitioned> {
    return this.#deps.store.transition(messageId, event).catch((error: unknown) => {
      throw error instanceof MeshError && error.code === 'message_not_found' ? noSuchMessage(messageId) : error
    })
  }

  #admit(): void {
    const { isDraining, dispatch, maxQueued: limit = maxQueued } = this.#deps
    if (isDraining())
      throw new MeshError('draining', 'The coordinator is stopping and takes no new messages.', {
        hint: 'Send it again when the coordinator is back; with an idempotency key nothing is sent twice.',
      })
    if (dispatch.queue.size >= limit)
      throw new MeshError('queue_full', `${dispatch.queue.size} messages are waiting, which is all the queue takes.`, {
        hint: 'Send it again later, or let more nodes join.',
        details: { queued: dispatch.queue.size },
      })
  }

  /** Its place in the queue moves all the time and is not written: it is filled in when read. */
  #placed<M extends Pick<Message, 'id' | 'waiting'>>(message: M): M {
    const position = this.#deps.dispatch.queue.get(message.id)?.position
    if (!message.waiting || !position) return message
    return { ...message, waiting: { ...message.waiting, position } }
  }
}

/** Made once: an abort without a reason makes an exception with its stack. */
const noLongerWaiting = new Error('Nobody waits for the message any more.')

function senderOf({ sender }: SendMessage, caller: Caller): string {
  if (sender === undefined || sender === caller.sender) return caller.sender
  if (caller.scope === 'admin') return sender
  throw new MeshError('forbidden', 'sender: is taken from the token; only an admin may name another.', {
    hint: 'Leave "sender" out.',
    details: { field: 'sender' },
  })
}

function checkSize(content: string): void {
  const bytes = Buffer.byteLength(content)
  if (bytes <= maxContentBytes) return
  throw new MeshError('payload_too_large', `content: has ${bytes} bytes; ${maxContentBytes} are allowed.`, {
    hint: 'Send a shorter text, or put it into a file that the assistant can read.',
    details: { field: 'content', bytes, limit: maxContentBytes },
  })
}

const isConflict = (error: unknown): boolean => error instanceof MeshError && error.code === 'idempotency_conflict'
