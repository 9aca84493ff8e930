/**
 * All state access of the coordinator, at the level of the state machine. `sqlite-store.ts` serves one coordinator;
 * the same interface can run on something replicated. Every promise resolves after the change is durable.
 */
import type { Conversation, Message, MessageState, MessageSummary } from '../../contract/message.ts'
import type { MeshNode } from '../../contract/node.ts'
import type { Scope } from '../../contract/procedure.ts'
import type { NodeAdmin } from '../../domain/health/node-admin.ts'
import type { MachineEvent } from '../../domain/message/events.ts'

/** What is kept of a node across a restart; link state and load are not. */
export type StoredNode = Pick<
  MeshNode,
  'id' | 'name' | 'capabilities' | 'gateway' | 'version' | 'registered_at' | 'last_heartbeat'
> & {
  /** Of its last hello: what proves, after a restart of the coordinator, that an attempt never began there. */
  readonly host_boot_id?: string | undefined
  readonly journal_id?: string | undefined
  /** What an admin set; absent: nothing. */
  readonly admin?: NodeAdmin | undefined
}

export interface StoredToken {
  /** SHA-256 of the token, hex: a 256-bit random token needs no salt and no slow hash. */
  readonly hash: string
  readonly scope: Scope
  /** For scope `node`: the one node it acts for. */
  readonly node_id?: string | undefined
  /** Sender that messages of this token get. */
  readonly sender: string
  readonly created_at: string
}

export interface Idempotency {
  /** Scoped to the caller's token: its hash. */
  readonly token_hash: string
  /** `''` when the request has none: then only token and digest are remembered, for `recentDuplicate`. */
  readonly key: string
  /** SHA-256 of the request's meaning, hex; another digest under the same key is `idempotency_conflict`. */
  readonly digest: string
}

export interface Enqueued {
  readonly message: Message
  /** False: an earlier message with the same key and body stands for this one. */
  readonly created: boolean
}

export interface MessageFilter {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly state?: MessageState | undefined
  readonly node_id?: string | undefined
  readonly conversation?: string | undefined
  /** Only what failed or expired. */
  readonly dead_letters?: boolean | undefined
}

export interface Transitioned {
  readonly message: Message
  /** False: the event did not apply, or changed nothing; `why` tells which. */
  readonly applied: boolean
  readonly why?: string | undefined
}

export interface Change {
  readonly message: Message
  readonly previous: MessageState | null
  /** The event that caused it; null for a new message. */
  readonly cause: MachineEvent['type'] | null
}

export interface MessageCounts {
  readonly queued: number
  /** With a node: offered, started or running. */
  readonly running: number
  readonly succeeded_24h: number
  /** Failed or expired. */
  readonly failed_24h: number
  /** Messages by the minute they came in: 60, oldest first, the last one still going on. */
  readonly per_minute: readonly number[]
}

export interface ConversationRow {
  readonly id: string
  readonly sender: string
  readonly node_id: string | null
  readonly created_at: string
  readonly updated_at: string
}

export interface Store {
  /**
   * Adds a queued message; one with `replay_of` is noted at that other message. Throws `idempotency_conflict`, and for a
   * replay `message_not_found` or `message_not_replayable`.
   */
  enqueue(message: Message, idempotency?: Idempotency): Promise<Enqueued>
  /** Reads, steps the pure machine, writes, in one transaction; the first terminal commit wins. Throws `message_not_found`. */
  transition(messageId: string, event: MachineEvent): Promise<Transitioned>
  get(messageId: string): Promise<Message | undefined>
  list(filter: MessageFilter): Promise<{ messages: MessageSummary[]; next_cursor: string | null }>
  /** Queued messages in the order they are served: priority, then age. */
  queued(): Promise<Message[]>
  /** Messages in offered, started, running or interrupted. */
  unsettled(): Promise<Message[]>
  /** Up to `limit` messages in interrupted, those that have been it for longest first. */
  interrupted(limit: number): Promise<MessageSummary[]>
  /** The message that stands for a request with this key. Throws `idempotency_conflict`. */
  claimed(request: Idempotency): Promise<Message | undefined>
  /** A message of this token with this digest, not older than `maxAgeS`. */
  recentDuplicate(tokenHash: string, digest: string, maxAgeS: number): Promise<Message | undefined>
  counts(): Promise<MessageCounts>

  conversation(sender: string, id: string): Promise<ConversationRow | undefined>
  /** The conversation with its newest 1,000 messages, oldest first; without `sender`, the one of that id that was active last. */
  conversationWithMessages(id: string, sender?: string): Promise<Conversation | undefined>
  /** Whole turns of a conversation that succeeded, oldest first, newest `limit`: what a move hands over. */
  transcript(sender: string, id: string, limit: number): Promise<Message[]>

  nodes(): Promise<StoredNode[]>
  putNode(node: StoredNode): Promise<void>
  /** Removes the node and its tokens. */
  removeNode(nodeId: string): Promise<void>

  tokens(): Promise<StoredToken[]>
  putToken(token: StoredToken): Promise<void>
  removeToken(hash: string): Promise<void>

  /** Called after each commit, in commit order. Returns its unsubscribe. */
  watch(listener: (change: Change) => void): () => void
  /** Forgets messages that ended before the given time, idempotency keys past their time. Returns how many messages went. */
  prune(endedBefore: string): Promise<number>
  close(): Promise<void>
}
