/** What crosses between the window and the app around it: one envelope each way, and the pushes. Checked on both sides. */
import { type Static, Type } from 'typebox'
import { DesktopState, JoinLink } from './desktop.ts'
import { ErrorBody } from './error.ts'
import { MessageDelta, MessageEvent, MessageTool, NodeEvent } from './event.ts'

const closed = { additionalProperties: false }
const feedId = Type.Integer({ minimum: 1 })
const position = { boot_id: Type.String({ maxLength: 128 }), seq: Type.Integer({ minimum: 0 }) }

/** `mesh` calls go to the coordinator that the window works on; `desktop` calls end in the app; `feed` calls steer event feeds. */
export const IpcRequest = Type.Object(
  {
    door: Type.Enum(['mesh', 'desktop', 'feed']),
    name: Type.String({ minLength: 1, maxLength: 64 }),
    input: Type.Record(Type.String(), Type.Unknown()),
  },
  closed,
)
export type IpcRequest = Static<typeof IpcRequest>

/** Errors lose their class on the way through the preload script, so they travel as values. */
export const IpcReply = Type.Union([
  Type.Object({ ok: Type.Literal(true), value: Type.Optional(Type.Unknown()) }, closed),
  Type.Object({ ok: Type.Literal(false), error: ErrorBody }, closed),
])
export type IpcReply = Static<typeof IpcReply>

/** A feed is one connection to the coordinator's events, named by the window. It ends by itself, with a reason, or by `close`. */
export const feedCalls = {
  open: Type.Object({ feed_id: feedId, since: Type.Optional(Type.Object(position, closed)) }, closed),
  watch: Type.Object(
    { feed_id: feedId, message_id: Type.String({ minLength: 1, maxLength: 128 }), on: Type.Boolean() },
    closed,
  ),
  close: Type.Object({ feed_id: feedId }, closed),
} as const
export type FeedCallName = keyof typeof feedCalls

/** Where a click outside the window wants it to go. */
export const OpenView = Type.Object(
  { view: Type.Enum(['nodes', 'messages', 'settings', 'join']), node_id: Type.Optional(Type.String()) },
  closed,
)
export type OpenView = Static<typeof OpenView>

const event = Type.Union([NodeEvent, MessageEvent, MessageDelta, MessageTool])

export const IpcPush = Type.Union([
  Type.Object({ type: Type.Literal('desktop.changed'), state: DesktopState }),
  Type.Object({ type: Type.Literal('desktop.open'), open: OpenView }),
  /** `link` absent: the link that was opened cannot be used, `problem` says why. */
  Type.Object({
    type: Type.Literal('desktop.join_link'),
    link: Type.Optional(JoinLink),
    problem: Type.Optional(ErrorBody),
  }),
  Type.Object({ type: Type.Literal('feed.opened'), feed_id: feedId, ...position, resumed: Type.Boolean() }),
  Type.Object({ type: Type.Literal('feed.event'), feed_id: feedId, event }),
  Type.Object({ type: Type.Literal('feed.closed'), feed_id: feedId, error: ErrorBody }),
])
export type IpcPush = Static<typeof IpcPush>

/** What the preload script puts into the window as `clawMesh`. Replies and pushes are unchecked there. */
export interface IpcBridge {
  call(request: IpcRequest): Promise<unknown>
  /** Returns its unsubscribe. */
  onPush(listener: (push: unknown) => void): () => void
}
