/**
 * What the coordinator's doors (REST, SSE, events socket, OpenAI API, later IPC) may ask of its services. The doors
 * know nothing else of them, so they can be tested over fakes.
 */
import type { MeshEvent, StreamEvent } from '../../contract/event.ts'
import type {
  ContextTurn,
  Conversation,
  Message,
  MessagePage,
  ResolveAction,
  SendMessage,
} from '../../contract/message.ts'
import type { Load, MeshNode, NodeChange, NodeStatus, Registered, RegisterNode } from '../../contract/node.ts'
import type { DashboardStats } from '../../contract/system.ts'
import type { WebSocket } from 'ws'
import type { Scope } from '../../contract/procedure.ts'
import type { Caller } from './caller.ts'
import type { MessageFilter } from '../storage/store.ts'

export interface SendOptions {
  /** Node id or name from the path or the model; wins over `requires.node`. */
  readonly to?: string | undefined
  /** Earlier turns given by the caller (OpenAI API). */
  readonly context?: readonly ContextTurn[] | undefined
  /** Attach to an equal message of the same token that is younger than this, instead of sending again. */
  readonly attachWithinS?: number | undefined
}

export interface Sent {
  readonly message: Message
  readonly created: boolean
}

/** One event of a message's stream. Ids count from 1 in a message and are stable while the coordinator runs. */
export interface NumberedEvent {
  readonly n: number
  readonly event: StreamEvent
}

export interface MessageService {
  /** Durable when it resolves. Throws invalid_input, forbidden, idempotency_conflict, node_not_found, no_capable_node, queue_full, draining. */
  send(input: SendMessage, caller: Caller, options?: SendOptions): Promise<Sent>
  get(messageId: string): Promise<Message>
  list(filter: MessageFilter): Promise<MessagePage>
  /** Returns once the request is recorded; the message may end a little later. Throws message_ended when it has ended otherwise. */
  cancel(messageId: string): Promise<Message>
  /** Throws message_not_interrupted, and stop_unconfirmed for one that must not be run again. */
  resolve(messageId: string, action: ResolveAction): Promise<Message>
  /** The new message. Throws message_not_replayable, forbidden, and what `send` throws. */
  replay(messageId: string, caller: Caller, idempotencyKey?: string): Promise<Sent>
  conversation(id: string, caller: Caller): Promise<Conversation>
  /** Everything about one message, from event `after` + 1 on, until it ends (or is interrupted). Slow readers get merged deltas. */
  follow(
    messageId: string,
    options: { readonly after?: number; readonly signal: AbortSignal },
  ): AsyncIterable<NumberedEvent>
  /** The message once it ended or was interrupted, or as it is when `signal` aborts. */
  settled(messageId: string, signal: AbortSignal): Promise<Message>
  stats(): Promise<DashboardStats>
}

export interface NodeService {
  list(): MeshNode[]
  /** By id, else by name in any case. Throws node_not_found. */
  get(idOrName: string): MeshNode
  register(input: RegisterNode): Promise<Registered>
  /** What an admin wants of a node, by id or name; durable when it resolves. Throws node_not_found, invalid_input. */
  update(idOrName: string, change: NodeChange): Promise<MeshNode>
  remove(nodeId: string): Promise<void>
  heartbeat(
    nodeId: string,
    report: { readonly status?: NodeStatus | undefined; readonly load?: Load | undefined },
  ): void
}

export interface EventLog {
  readonly bootId: string
  /** Sequence number of the newest event; 0 before the first. */
  readonly seq: number
  /** Events after `seq`, or null when they are not all there any more. */
  since(seq: number): readonly MeshEvent[] | null
  subscribe(listener: (event: MeshEvent) => void): () => void
}

/** Takes over an upgraded, authenticated socket of `/ws/agent`; the node is the one its token names. */
export interface LinkAcceptor {
  acceptLink(socket: WebSocket, nodeId: string): void
}

/** Tokens as the services need them; kept hashed. */
export interface TokenKeeper {
  /** The caller a token stands for; undefined for an unknown one. Constant time. */
  verify(token: string): Caller | undefined
  /** Makes a 256-bit token, stores its hash, returns it in clear this once. */
  issue(grant: { readonly scope: Scope; readonly sender: string; readonly node_id?: string }): Promise<string>
  /** Forgets every token of a node. */
  revokeNode(nodeId: string): Promise<void>
}

/** Everything the doors need, as one value. */
export interface CoordinatorServices {
  readonly messages: MessageService
  readonly nodes: NodeService
  readonly events: EventLog
  readonly links: LinkAcceptor
  readonly tokens: TokenKeeper
  /** What keeps it from taking messages now; empty when ready. */
  readiness(): readonly string[]
}
