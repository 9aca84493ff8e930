/** What the coordinator's disk holds: the tables of the store in memory. It outlives the process that writes it. */
import { runId } from '../../contract/link.ts'
import type { Message } from '../../contract/message.ts'
import type { Effect } from '../../domain/message/events.ts'
import { conversationKey } from '../../domain/message/order.ts'
import type { ConversationRow, Idempotency, StoredNode, StoredToken } from '../../core/storage/store.ts'

export interface StoredMessage {
  readonly seq: number
  readonly origin: Idempotency | undefined
  message: Message
}

interface Claim {
  readonly digest: string
  readonly messageId: string
}

export class ModelDisk {
  readonly messages = new Map<string, StoredMessage>()
  readonly claims = new Map<string, Claim>()
  readonly conversations = new Map<string, ConversationRow & { readonly pinned_by: string | null }>()
  readonly nodes = new Map<string, StoredNode>()
  readonly tokens = new Map<string, StoredToken>()
  #seq = 0

  insert(message: Message, origin: Idempotency | undefined): void {
    this.#seq += 1
    this.messages.set(message.id, { seq: this.#seq, origin, message })
    if (origin && origin.key !== '') this.claims.set(claimKey(origin), { digest: origin.digest, messageId: message.id })
    this.touch(message, message.created_at)
  }

  /** In the order they came. */
  where(fits: (message: Message) => boolean): Message[] {
    return [...this.messages.values()].map(({ message }) => message).filter(fits)
  }

  touch({ sender, conversation }: Message, at: string): void {
    if (conversation === undefined) return
    const key = conversationKey(sender, conversation)
    const row = this.conversations.get(key)
    if (!row) {
      const fresh = { id: conversation, sender, node_id: null, pinned_by: null, created_at: at, updated_at: at }
      this.conversations.set(key, fresh)
    } else if (row.updated_at < at) this.conversations.set(key, { ...row, updated_at: at })
  }

  apply(effect: Effect, { id, attempt, sender, conversation }: Message, at: string): void {
    const key = conversationKey(sender, conversation ?? '')
    const row = this.conversations.get(key)
    if (!row) return
    if (effect.type === 'pin') {
      if (row.node_id === effect.node_id) return
      const pinned_by = runId({ message_id: id, attempt })
      this.conversations.set(key, { ...row, node_id: effect.node_id, pinned_by, updated_at: at })
    } else if (row.pinned_by === runId({ message_id: id, attempt: effect.attempt }))
      this.conversations.set(key, { ...row, node_id: null, pinned_by: null, updated_at: at })
  }
}

export const claimKey = ({ token_hash, key }: Pick<Idempotency, 'token_hash' | 'key'>): string =>
  JSON.stringify([token_hash, key])
