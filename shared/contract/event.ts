/** What happens in the mesh, as told on `ws /ws/events` and, for one message, over SSE. Design §6. */
import { type Static, Type } from 'typebox'
import { ErrorBody } from './error.ts'
import type { MessageState } from './message.ts'
import { MessageSummary } from './message.ts'
import { MeshNode } from './node.ts'

const envelope = { seq: Type.Integer({ minimum: 1 }), at: Type.String() }

export const NodeEvent = Type.Object({
  ...envelope,
  type: Type.Enum(['node.registered', 'node.online', 'node.offline', 'node.busy', 'node.updated', 'node.deregistered']),
  data: Type.Object({ node: MeshNode }),
})
export type NodeEvent = Static<typeof NodeEvent>

/** `response` (whole) is there only for those who asked for that message. */
export const MessageEvent = Type.Object({
  ...envelope,
  type: Type.Enum([
    'message.queued',
    'message.offered',
    'message.started',
    'message.running',
    'message.succeeded',
    'message.failed',
    'message.cancelled',
    'message.interrupted',
    'message.expired',
    'message.waiting',
    'message.moved',
  ]),
  data: Type.Object({ message: MessageSummary, response: Type.Optional(Type.String()) }),
})
export type MessageEvent = Static<typeof MessageEvent>

/** Text as it comes; no seq, may be merged. `offset` is where `text` stands in the answer, in UTF-16 code units. */
export const MessageDelta = Type.Object({
  type: Type.Literal('message.delta'),
  at: Type.String(),
  data: Type.Object({
    message_id: Type.String(),
    attempt: Type.Integer(),
    offset: Type.Integer({ minimum: 0 }),
    text: Type.String(),
  }),
})
export type MessageDelta = Static<typeof MessageDelta>

/** A tool the answering assistant uses, by name only: arguments and output stay on the node. */
export const MessageTool = Type.Object({
  type: Type.Literal('message.tool'),
  at: Type.String(),
  data: Type.Object({
    message_id: Type.String(),
    attempt: Type.Integer(),
    name: Type.String(),
    phase: Type.Enum(['start', 'end']),
  }),
})
export type MessageTool = Static<typeof MessageTool>

export type MeshEvent = NodeEvent | MessageEvent
/** What a follower of one message sees. */
export type StreamEvent = MessageEvent | MessageDelta | MessageTool

export const stateEvent = (state: MessageState): MessageEvent['type'] => `message.${state}`

// The socket's own frames.

/** First frame of the client, within 3 s, unless it could send an Authorization header. */
export const EventsHello = Type.Object(
  { type: Type.Literal('auth'), token: Type.String({ maxLength: 512 }) },
  { additionalProperties: false },
)
export const EventsWatch = Type.Object(
  { type: Type.Enum(['watch', 'unwatch']), message_id: Type.String({ maxLength: 128 }) },
  { additionalProperties: false },
)
/** Answer to `auth`: where the stream stands. `gap` says that events since the point asked for are gone: read the state anew. */
export const EventsWelcome = Type.Object({
  type: Type.Enum(['hello', 'gap']),
  boot_id: Type.String(),
  seq: Type.Integer({ minimum: 0 }),
})
export type EventsWelcome = Static<typeof EventsWelcome>

/** What was asked for cannot be had; if the socket closes after it, this is why. `message_id` names the watch it ends. */
export const EventsProblem = Type.Object({
  type: Type.Literal('error'),
  error: ErrorBody,
  message_id: Type.Optional(Type.String()),
})
export type EventsProblem = Static<typeof EventsProblem>

/** Close codes of the socket; the reason is the name. After `unauthorized` a new token is needed, after the rest come back with `since`. */
export const eventsClose = {
  going_away: 1001,
  bad_frame: 4400,
  unauthorized: 4401,
  timeout: 4408,
  too_slow: 4413,
} as const
