/** The queued messages as the dispatcher needs them: without their texts, in the order they are served. The store has the rest. */
import type { Message, Waiting } from '../../contract/message.ts'
import { conversationKey, serviceOrder } from '../../domain/message/order.ts'
import { isRetried, longestBackoffMs } from '../../domain/message/retry.ts'

export interface QueueEntry {
  /** Its texts are left out: ten thousand of them may be waiting. */
  readonly message: Message
  /** Key of its conversation. */
  readonly conversation: string | undefined
  /** Equal for messages that any set of nodes suits equally. */
  readonly needs: string
  readonly expiresAt: number
  readonly notBefore: number
  /** It is tried again after a failure. */
  readonly isRetry: boolean
  /** As last noted in the store. */
  wait: { readonly reason: Waiting['reason']; readonly since: number } | undefined
  /** 1 is next; 0 until it was looked at. */
  position: number
  /** How it ends is being written. */
  ending: boolean
  /** It left the queue, or another entry stands for it. */
  gone: boolean
}

export interface QueuePlace {
  readonly entry: QueueEntry
  /** An earlier message of its conversation has to end first. */
  readonly blocked: boolean
}

/** Senders whose last turn is remembered, to be fair between them. */
const maxSenders = 10_000

export class MessageQueue {
  readonly #entries = new Map<string, QueueEntry>()
  /** How many messages of a conversation are queued. */
  readonly #conversations = new Map<string, number>()
  readonly #lastServed = new Map<string, string>()
  /** Undefined when it has to be made anew; entries that are gone are still in it. */
  #order: readonly QueuePlace[] | undefined

  get size(): number {
    return this.#entries.size
  }

  get(messageId: string): QueueEntry | undefined {
    return this.#entries.get(messageId)
  }

  put(message: Message, now: number): void {
    this.delete(message.id)
    const entry = entryOf(message, now)
    this.#entries.set(message.id, entry)
    this.#count(entry, 1)
    this.#order = undefined
  }

  delete(messageId: string): void {
    const entry = this.#entries.get(messageId)
    if (!entry) return
    entry.gone = true
    this.#entries.delete(messageId)
    this.#count(entry, -1)
  }

  served(sender: string, at: string): void {
    this.#lastServed.delete(sender)
    this.#lastServed.set(sender, at)
    const oldest = this.#lastServed.keys().next()
    if (this.#lastServed.size > maxSenders && !oldest.done) this.#lastServed.delete(oldest.value)
  }

  /** Something happened to a message of the conversation: which of those that wait is blocked may have changed. */
  turnChanged(conversation: string): void {
    if (this.#conversations.has(conversation)) this.#order = undefined
  }

  inOrder(busyConversations: ReadonlySet<string>): readonly QueuePlace[] {
    if (this.#order && this.#order.length <= 2 * this.#entries.size + 64) return this.#order
    const queued = [...this.#entries.values()].map(({ message }) => message)
    this.#order = serviceOrder(queued, busyConversations, this.#lastServed).flatMap(({ message, blocked }) => {
      const entry = this.#entries.get(message.id)
      return entry ? [{ entry, blocked }] : []
    })
    return this.#order
  }

  #count({ conversation }: QueueEntry, change: 1 | -1): void {
    if (conversation === undefined) return
    const count = (this.#conversations.get(conversation) ?? 0) + change
    if (count > 0) this.#conversations.set(conversation, count)
    else this.#conversations.delete(conversation)
  }
}

/** No time of it lies behind `now` further than it may: the clock may have been set back since it was written. */
function entryOf(message: Message, now: number): QueueEntry {
  const { context: _context, response: _response, decision: _decision, ...rest } = message
  const { requires, sender, conversation, queue_ttl_s, not_before, waiting, stays_with = '' } = message
  const { queued_at = message.created_at } = message
  return {
    message: { ...rest, content: '', attempts: [] },
    conversation: conversation === undefined ? undefined : conversationKey(sender, conversation),
    needs: JSON.stringify([requires ?? {}, conversation !== undefined, stays_with]),
    expiresAt: Math.min(Date.parse(queued_at), now) + queue_ttl_s * 1_000,
    notBefore: not_before === undefined ? 0 : Math.min(Date.parse(not_before), now + longestBackoffMs),
    isRetry: isRetried(message),
    wait: waiting && { reason: waiting.reason, since: Math.min(Date.parse(waiting.since), now) },
    position: 0,
    ending: false,
    gone: false,
  }
}
