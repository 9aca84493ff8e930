/** What carries the window's calls and events: HTTP and a WebSocket in a browser, IPC in the desktop app. */
import type { MessageDelta, MessageTool, MeshEvent } from '../../shared/contract/event.ts'
import type { MeshError } from '../../shared/contract/error.ts'
import type { Transport } from '../../shared/contract/procedure.ts'

/** The last event seen, of which run of the coordinator. */
export interface FeedPosition {
  readonly boot_id: string
  readonly seq: number
}

/** An event of the mesh, or a piece of the answer of a watched message. */
export type FeedEvent = MeshEvent | MessageDelta | MessageTool

export interface FeedListener {
  /** The stream is up. `resumed`: events go on where `since` was; otherwise the state has to be read anew. */
  opened(position: FeedPosition, resumed: boolean): void
  event(event: FeedEvent): void
  /** Called once, last, unless the feed was closed from here. */
  closed(error: MeshError): void
}

/** One connection; `LiveFeed` makes another one when it ends. */
export interface FeedConnection {
  /** Ask for (or no more for) the text of a message as it comes. */
  watch(messageId: string, on: boolean): void
  close(): void
}

export interface MeshTransport {
  readonly call: Transport
  openFeed(since: FeedPosition | undefined, listener: FeedListener): FeedConnection
}
