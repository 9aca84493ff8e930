/** The one message whose details are open: read whole, read again when something happened, its answer as it comes. */
import type { StoreApi } from 'zustand/vanilla'
import { MeshError } from '../../shared/contract/error.ts'
import type { MessageDelta, MessageEvent, MessageTool } from '../../shared/contract/event.ts'
import { hasEnded, type Message, type ResolveAction } from '../../shared/contract/message.ts'
import type { MeshClient } from '../../shared/contract/procedures.ts'
import type { WindowClock } from '../client/clock.ts'
import { type LiveAnswer, mergeDelta } from './live-answer.ts'

export interface OpenMessage {
  readonly id: string
  /** Undefined until it was read. */
  readonly message?: Message | undefined
  readonly live?: LiveAnswer | undefined
  /** The tool that the answering assistant uses now. */
  readonly tool?: string | undefined
  /** Why it could not be read. */
  readonly error?: MeshError | undefined
  readonly cancelling: boolean
  readonly cancelError?: MeshError | undefined
  /** What is being asked of the coordinator for an interrupted message. */
  readonly resolving?: ResolveAction | undefined
  readonly resolveError?: MeshError | undefined
  readonly replaying?: boolean | undefined
  readonly replayError?: MeshError | undefined
}

export interface OpenMessageDeps {
  readonly client: MeshClient
  readonly clock: WindowClock
  readonly newId: () => string
  readonly watch: (messageId: string) => () => void
  readonly state: Pick<StoreApi<{ readonly open?: OpenMessage | undefined }>, 'getState' | 'setState'>
  readonly onRead: (message: Message) => void
}

/** Pieces of an answer come faster than a screen is drawn. */
const publishEveryMs = 50
/** After these nobody knows whether what was asked was done: asking again with the same key attaches to it. */
export const isUnsure = ({ code }: MeshError): boolean => code === 'coordinator_unreachable' || code === 'timeout'

export class MessageFollower {
  readonly #deps: OpenMessageDeps
  #live: LiveAnswer | undefined
  #stopWatching: (() => void) | undefined
  #stopTimer: (() => void) | undefined
  #unpublished = false
  #reading: 'no' | 'yes' | 'again' = 'no'
  /** Counts openings, so that a late answer for the one before is dropped. */
  #turn = 0
  #repeat: { readonly id: string; readonly key: string } | undefined

  constructor(deps: OpenMessageDeps) {
    this.#deps = deps
  }

  /** A message that ended comes whole with its reading; only one that has not is watched. */
  async open(id: string, ended: boolean): Promise<void> {
    this.close()
    this.#deps.state.setState({ open: { id, cancelling: false } })
    if (!ended) this.#stopWatching = this.#deps.watch(id)
    await this.refresh()
  }

  close(): void {
    this.#turn++
    this.#stopWatching?.()
    this.#stopWatching = undefined
    this.#stopTimer?.()
    this.#stopTimer = undefined
    this.#live = undefined
    this.#reading = 'no'
    this.#deps.state.setState({ open: undefined })
  }

  /** Reads the message again; while a reading is under way, once more after it. */
  async refresh(): Promise<void> {
    const open = this.#deps.state.getState().open
    if (!open) return
    if (this.#reading !== 'no') {
      this.#reading = 'again'
      return
    }
    const turn = this.#turn
    this.#reading = 'yes'
    const change = await this.#read(open.id)
    if (turn !== this.#turn) return
    this.#patch(change)
    const again = this.#isAgain()
    this.#reading = 'no'
    if (again) return this.refresh()
    if (change.message && hasEnded(change.message.state)) this.#ended(change.message)
  }

  piece(event: MessageDelta | MessageTool): void {
    if (event.data.message_id !== this.#deps.state.getState().open?.id) return
    if (event.type === 'message.tool') {
      this.#patch({ tool: event.data.phase === 'start' ? event.data.name : undefined })
      return
    }
    this.#live = mergeDelta(this.#live, event)
    // The first piece is shown at once; those that follow closely wait for each other.
    if (this.#stopTimer) this.#unpublished = true
    else this.#publish()
  }

  heard(event: MessageEvent): void {
    if (event.data.message.id === this.#deps.state.getState().open?.id) void this.refresh()
  }

  async cancel(): Promise<void> {
    const open = this.#deps.state.getState().open
    if (!open || open.cancelling) return
    const turn = this.#turn
    this.#patch({ cancelling: true, cancelError: undefined })
    let change: Partial<OpenMessage>
    try {
      change = { message: await this.#deps.client.call('messages.cancel', { message_id: open.id }) }
    } catch (error) {
      const cancelError = MeshError.wrap(error)
      // It ended first: how it ended is shown anyway.
      change = cancelError.code === 'message_ended' ? {} : { cancelError }
    }
    if (turn !== this.#turn) return
    this.#patch({ ...change, cancelling: false })
    await this.refresh()
  }

  /** Says what becomes of an interrupted message. True once the coordinator has it on disk. */
  async resolve(action: ResolveAction): Promise<boolean> {
    const open = this.#deps.state.getState().open
    if (!open || open.resolving !== undefined) return false
    const turn = this.#turn
    this.#patch({ resolving: action, resolveError: undefined })
    let change: Partial<OpenMessage>
    try {
      change = { message: await this.#deps.client.call('messages.resolve', { message_id: open.id, action }) }
    } catch (error) {
      change = { resolveError: MeshError.wrap(error) }
    }
    if (turn !== this.#turn) return change.message !== undefined
    this.#patch({ ...change, resolving: undefined })
    await this.refresh()
    return change.message !== undefined
  }

  /** Sends a message that ended without an answer again; the new one, or nothing when that failed. */
  async replay(): Promise<Message | undefined> {
    const open = this.#deps.state.getState().open
    if (!open || open.replaying === true) return undefined
    const turn = this.#turn
    const key = this.#repeat?.id === open.id ? this.#repeat.key : this.#deps.newId()
    this.#repeat = undefined
    this.#patch({ replaying: true, replayError: undefined })
    try {
      const again = await this.#deps.client.call('messages.replay', { message_id: open.id, idempotency_key: key })
      this.#deps.onRead(again)
      if (turn !== this.#turn) return undefined
      this.#patch({ replaying: false })
      return again
    } catch (error) {
      const replayError = MeshError.wrap(error)
      if (isUnsure(replayError)) this.#repeat = { id: open.id, key }
      if (turn === this.#turn) this.#patch({ replaying: false, replayError })
      return undefined
    }
  }

  async #read(id: string): Promise<Partial<OpenMessage>> {
    try {
      const message = await this.#deps.client.call('messages.get', { message_id: id })
      this.#deps.onRead(message)
      return { message, error: undefined }
    } catch (error) {
      return { error: MeshError.wrap(error) }
    }
  }

  #isAgain(): boolean {
    return this.#reading === 'again'
  }

  #publish(): void {
    this.#unpublished = false
    this.#patch({ live: this.#live })
    this.#stopTimer = this.#deps.clock.after(publishEveryMs, () => {
      this.#stopTimer = undefined
      if (this.#unpublished) this.#publish()
    })
  }

  /** Nothing more comes: the message holds the answer, or what came is all there is. */
  #ended({ response }: Message): void {
    this.#stopWatching?.()
    this.#stopWatching = undefined
    this.#stopTimer?.()
    this.#stopTimer = undefined
    if (response !== undefined) this.#live = undefined
    this.#patch({ tool: undefined, live: this.#live })
  }

  #patch(change: Partial<OpenMessage>): void {
    const open = this.#deps.state.getState().open
    if (open) this.#deps.state.setState({ open: { ...open, ...change } })
  }
}
