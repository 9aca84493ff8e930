/** A message: one id, one state, one visible reply; attempts are numbered within it. Design §4. */
import { type Static, Type } from 'typebox'
import { Affinity, Decision } from './decision.ts'
import { ErrorBody } from './error.ts'
import { maxContentBytes } from './limits.ts'
import { Requirements } from './requirement.ts'

export const MessageState = Type.Enum([
  'queued',
  'offered',
  'started',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'interrupted',
  'expired',
])
export type MessageState = Static<typeof MessageState>

/** States a message never leaves by itself; `interrupted` is not one (a late result may still end it). */
export const endStates: readonly MessageState[] = ['succeeded', 'failed', 'cancelled', 'expired']
export const hasEnded = (state: MessageState): boolean => endStates.includes(state)

/** Ends without an answer. Those of them that nobody asked for are dead letters. */
export const replayableStates: readonly MessageState[] = ['failed', 'expired', 'cancelled']
export const deadStates: readonly MessageState[] = ['failed', 'expired']

/** What becomes of an interrupted message: a person says, it is run again, it fails. Never run again when a stop is unconfirmed. */
export const OnInterrupt = Type.Enum(['ask', 'rerun', 'fail'])
export type OnInterrupt = Static<typeof OnInterrupt>
/** What follows an attempt that failed and left nothing behind: any node, the same node, the message's end. */
export const OnFailure = Type.Enum(['next', 'wait', 'fail'])
export type OnFailure = Static<typeof OnFailure>

export const ResolveAction = Type.Enum(['rerun', 'fail'])
export type ResolveAction = Static<typeof ResolveAction>

export const Effects = Type.Enum(['none', 'possible'])
export type Effects = Static<typeof Effects>

export const Usage = Type.Object({
  input_tokens: Type.Optional(Type.Integer({ minimum: 0 })),
  output_tokens: Type.Optional(Type.Integer({ minimum: 0 })),
})
export type Usage = Static<typeof Usage>

/** A result that came after the message had gone on without its attempt: kept to be read, never the message's answer. */
export const LateResult = Type.Object({
  outcome: Type.Enum(['succeeded', 'failed', 'cancelled', 'interrupted', 'never_began']),
  at: Type.String(),
  /** The beginning of its text, and how many characters there were. */
  text: Type.String(),
  chars: Type.Integer({ minimum: 0 }),
  error: Type.Optional(ErrorBody),
})
export type LateResult = Static<typeof LateResult>

/** One try on one node. Times are the coordinator's. */
export const Attempt = Type.Object({
  number: Type.Integer({ minimum: 1 }),
  node_id: Type.String(),
  node_name: Type.String(),
  offered_at: Type.String(),
  started_at: Type.Optional(Type.String()),
  /** The node's boot and journal when it was told to start: only the same ones can prove that it never began. */
  life: Type.Optional(Type.String()),
  began_at: Type.Optional(Type.String()),
  ended_at: Type.Optional(Type.String()),
  outcome: Type.Optional(
    Type.Enum(['succeeded', 'failed', 'cancelled', 'refused', 'never_began', 'interrupted', 'late']),
  ),
  error: Type.Optional(ErrorBody),
  /** With outcome `late`: what its node told at last. */
  late: Type.Optional(LateResult),
  /** Counts against the number of attempts a message has. */
  charged: Type.Boolean(),
})
export type Attempt = Static<typeof Attempt>

/** One earlier turn of a conversation, carried along when the answering gateway does not know it. */
export const ContextTurn = Type.Object(
  { role: Type.Enum(['system', 'user', 'assistant']), text: Type.String() },
  { additionalProperties: false },
)
export type ContextTurn = Static<typeof ContextTurn>

export const Waiting = Type.Object({
  reason: Type.Enum(['no_free_slot', 'offline', 'conversation', 'pinned_busy', 'backoff', 'retry_budget', 'condition']),
  since: Type.String(),
  /** 1 is next. */
  position: Type.Integer({ minimum: 1 }),
})
export type Waiting = Static<typeof Waiting>

const priority = Type.Integer({ minimum: 1, maximum: 5 })
const sourceName = Type.String({ minLength: 1, maxLength: 64 })
const senderName = Type.String({ minLength: 1, maxLength: 128 })
const conversationId = Type.String({ minLength: 1, maxLength: 256 })

export const Message = Type.Object({
  id: Type.String(),
  state: MessageState,
  content: Type.String(),
  context: Type.Optional(Type.Array(ContextTurn)),
  source: sourceName,
  sender: senderName,
  conversation: Type.Optional(conversationId),
  requires: Type.Optional(Requirements),
  priority,
  timeout_s: Type.Integer({ minimum: 1 }),
  queue_ttl_s: Type.Integer({ minimum: 1 }),
  created_at: Type.String(),
  updated_at: Type.String(),
  ended_at: Type.Optional(Type.String()),
  /** When it came back into the queue; `queue_ttl_s` counts from here. Absent: from `created_at`. */
  queued_at: Type.Optional(Type.String()),
  /** Not offered before this time: backoff after a failed attempt. */
  not_before: Type.Optional(Type.String()),
  /** Node of the current or last attempt. */
  node_id: Type.Optional(Type.String()),
  node_name: Type.Optional(Type.String()),
  /** Number of the current or last attempt; 0 before the first. */
  attempt: Type.Integer({ minimum: 0 }),
  attempts: Type.Array(Attempt),
  affinity: Affinity,
  decision: Type.Optional(Decision),
  response: Type.Optional(Type.String()),
  usage: Type.Optional(Usage),
  error: Type.Optional(ErrorBody),
  cancel_requested_at: Type.Optional(Type.String()),
  /** Node went away after the attempt began; it becomes interrupted when this is too long ago. */
  node_lost_at: Type.Optional(Type.String()),
  /** While it is interrupted: since when. It has failed when nobody says anything for a day. */
  interrupted_at: Type.Optional(Type.String()),
  waiting: Type.Optional(Waiting),
  /** Where a rule says otherwise than the coordinator's settings. */
  on_interrupt: Type.Optional(OnInterrupt),
  on_failure: Type.Optional(OnFailure),
  /** After a failure with `on_failure: wait`: the only node it is offered to. */
  stays_with: Type.Optional(Type.String()),
  /** It is another message sent again; and the message that this one was sent again as, the last time. */
  replay_of: Type.Optional(Type.String()),
  replayed_as: Type.Optional(Type.String()),
})
export type Message = Static<typeof Message>

/** A line in a list or an event: the texts cut to 280 characters, without decision and attempts. */
export const MessageSummary = Type.Object({
  id: Type.String(),
  state: MessageState,
  excerpt: Type.String(),
  source: sourceName,
  sender: senderName,
  conversation: Type.Optional(conversationId),
  created_at: Type.String(),
  updated_at: Type.String(),
  ended_at: Type.Optional(Type.String()),
  node_id: Type.Optional(Type.String()),
  node_name: Type.Optional(Type.String()),
  attempt: Type.Integer({ minimum: 0 }),
  affinity: Affinity,
  /** Why this node, in one sentence. */
  reason: Type.Optional(Type.String()),
  response_excerpt: Type.Optional(Type.String()),
  error: Type.Optional(ErrorBody),
  waiting: Type.Optional(Waiting),
  interrupted_at: Type.Optional(Type.String()),
  replay_of: Type.Optional(Type.String()),
  replayed_as: Type.Optional(Type.String()),
})
export type MessageSummary = Static<typeof MessageSummary>

export const MessagePage = Type.Object({
  messages: Type.Array(MessageSummary),
  /** Hand it back as `cursor` for older messages; null at the end. */
  next_cursor: Type.Union([Type.String(), Type.Null()]),
})
export type MessagePage = Static<typeof MessagePage>

const sendFields = {
  content: Type.String({ minLength: 1, maxLength: maxContentBytes }),
  source: Type.Optional(sourceName),
  /** Taken from the token; only scope admin may name another. */
  sender: Type.Optional(senderName),
  conversation: Type.Optional(conversationId),
  requires: Type.Optional(Requirements),
  priority: Type.Optional(priority),
  timeout_s: Type.Optional(Type.Integer({ minimum: 1, maximum: 48 * 3_600 })),
  queue_ttl_s: Type.Optional(Type.Integer({ minimum: 1, maximum: 7 * 24 * 3_600 })),
  idempotency_key: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
}

export const SendMessage = Type.Object(sendFields, { additionalProperties: false })
export type SendMessage = Static<typeof SendMessage>

export const SendMessageTo = Type.Object(
  { ...sendFields, node_id: Type.String({ minLength: 1, maxLength: 128 }) },
  { additionalProperties: false },
)
export type SendMessageTo = Static<typeof SendMessageTo>

export const RouteReply = Type.Object({ message_id: Type.String(), node_id: Type.String(), response: Type.String() })
export type RouteReply = Static<typeof RouteReply>
export const RouteAccepted = Type.Object({ message_id: Type.String(), url: Type.String() })
export type RouteAccepted = Static<typeof RouteAccepted>

/** A conversation and where it lives. */
export const Conversation = Type.Object({
  id: conversationId,
  sender: senderName,
  /** The node it is pinned to; null before its first turn began. */
  node_id: Type.Union([Type.String(), Type.Null()]),
  created_at: Type.String(),
  updated_at: Type.String(),
  messages: Type.Array(MessageSummary),
})
export type Conversation = Static<typeof Conversation>
