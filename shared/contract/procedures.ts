/** The table of procedures: one entry here and one handler is a new call on every door. */
import { Type } from 'typebox'
import {
  Conversation,
  Message,
  MessagePage,
  MessageState,
  ResolveAction,
  RouteAccepted,
  RouteReply,
  SendMessage,
  SendMessageTo,
} from './message.ts'
import { Load, MeshNode, nodeChange, NodeStatus, Registered, RegisterNode } from './node.ts'
import { type Client, procedure } from './procedure.ts'
import { CreatedToken, CreateToken, DashboardStats, Login, Session, WhoAmI } from './system.ts'

const closed = { additionalProperties: false }
const nothing = Type.Object({}, closed)
const nodeRef = { node_id: Type.String({ minLength: 1, maxLength: 128 }) }
const messageRef = { message_id: Type.String({ minLength: 1, maxLength: 128 }) }

export const procedures = {
  'nodes.list': procedure({
    summary: 'All registered nodes',
    scope: 'viewer',
    method: 'GET',
    path: '/api/v1/nodes',
    input: nothing,
    output: Type.Array(MeshNode),
  }),
  'nodes.get': procedure({
    summary: 'One node, by id or name',
    scope: 'viewer',
    method: 'GET',
    path: '/api/v1/nodes/:node_id',
    input: Type.Object(nodeRef, closed),
    output: MeshNode,
  }),
  'nodes.register': procedure({
    summary: 'Make this machine a node; the answer holds its token',
    scope: 'join',
    method: 'POST',
    path: '/api/v1/nodes/register',
    status: 201,
    input: RegisterNode,
    output: Registered,
  }),
  'nodes.update': procedure({
    summary: 'Pause, drain, disable or enable a node, tag it, name it',
    scope: 'admin',
    method: 'PATCH',
    path: '/api/v1/nodes/:node_id',
    input: Type.Object({ ...nodeRef, ...nodeChange }, closed),
    output: MeshNode,
  }),
  'nodes.remove': procedure({
    summary: 'Remove a node and its token; a node may remove itself',
    scope: 'node',
    method: 'DELETE',
    path: '/api/v1/nodes/:node_id',
    status: 204,
    input: Type.Object(nodeRef, closed),
    output: Type.Void(),
  }),
  'nodes.heartbeat': procedure({
    summary: 'Report load over HTTP; linked agents report over their link',
    scope: 'node',
    method: 'POST',
    path: '/api/v1/nodes/:node_id/heartbeat',
    status: 204,
    input: Type.Object({ ...nodeRef, status: Type.Optional(NodeStatus), load: Type.Optional(Load) }, closed),
    output: Type.Void(),
  }),
  'messages.send': procedure({
    summary: 'Send a message; the mesh decides which node answers',
    scope: 'operator',
    method: 'POST',
    path: '/api/v1/route',
    input: SendMessage,
    output: Type.Union([RouteReply, RouteAccepted]),
  }),
  'messages.send_to': procedure({
    summary: 'Send a message to one node, by id or name',
    scope: 'operator',
    method: 'POST',
    path: '/api/v1/route/:node_id',
    input: SendMessageTo,
    output: Type.Union([RouteReply, RouteAccepted]),
  }),
  'messages.list': procedure({
    summary: 'Messages, newest first',
    scope: 'viewer',
    method: 'GET',
    path: '/api/v1/messages',
    input: Type.Object(
      {
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
        cursor: Type.Optional(Type.String({ maxLength: 64 })),
        state: Type.Optional(MessageState),
        node_id: Type.Optional(nodeRef.node_id),
        conversation: Type.Optional(Type.String({ maxLength: 256 })),
        /** Only what failed or expired. */
        dead_letters: Type.Optional(Type.Boolean()),
      },
      closed,
    ),
    output: MessagePage,
  }),
  'messages.get': procedure({
    summary: 'One message with its decision, attempts and answer; as an event stream, from its start',
    scope: 'viewer',
    method: 'GET',
    path: '/api/v1/messages/:message_id',
    input: Type.Object(messageRef, closed),
    output: Message,
  }),
  'messages.cancel': procedure({
    summary: 'Stop a message; the answer is the message as it then stands',
    scope: 'operator',
    method: 'POST',
    path: '/api/v1/messages/:message_id/cancel',
    input: Type.Object(messageRef, closed),
    output: Message,
  }),
  'messages.resolve': procedure({
    summary: 'Say what becomes of an interrupted message: run it again, or let it fail',
    scope: 'operator',
    method: 'POST',
    path: '/api/v1/messages/:message_id/resolve',
    input: Type.Object({ ...messageRef, action: ResolveAction }, closed),
    output: Message,
  }),
  'messages.replay': procedure({
    summary: 'Send a message that failed, expired or was cancelled again, as a new one; the answer is the new one',
    scope: 'operator',
    method: 'POST',
    path: '/api/v1/messages/:message_id/replay',
    status: 201,
    input: Type.Object(
      { ...messageRef, idempotency_key: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })) },
      closed,
    ),
    output: Message,
  }),
  'conversations.get': procedure({
    summary: 'A conversation: its node and its messages, oldest first',
    scope: 'viewer',
    method: 'GET',
    path: '/api/v1/conversations/:conversation_id',
    input: Type.Object({ conversation_id: Type.String({ minLength: 1, maxLength: 256 }) }, closed),
    output: Conversation,
  }),
  'dashboard.stats': procedure({
    summary: 'Numbers for the overview',
    scope: 'viewer',
    method: 'GET',
    path: '/api/v1/dashboard/stats',
    input: nothing,
    output: DashboardStats,
  }),
  'tokens.create': procedure({
    summary: 'Make a token for a person or a program; the answer shows it this once',
    scope: 'admin',
    method: 'POST',
    path: '/api/v1/tokens',
    status: 201,
    input: CreateToken,
    output: CreatedToken,
  }),
  'session.login': procedure({
    summary: 'Trade the page password for a session token',
    scope: 'none',
    method: 'POST',
    path: '/api/v1/session',
    status: 201,
    input: Login,
    output: Session,
  }),
  'session.logout': procedure({
    summary: 'End the session of the token used',
    scope: 'viewer',
    method: 'DELETE',
    path: '/api/v1/session',
    status: 204,
    input: nothing,
    output: Type.Void(),
  }),
  'session.whoami': procedure({
    summary: 'What the token used may do',
    scope: 'viewer',
    method: 'GET',
    path: '/api/v1/session',
    input: nothing,
    output: WhoAmI,
  }),
} as const

export type Procedures = typeof procedures
export type ProcedureName = keyof Procedures
export type MeshClient = Client<Procedures>
