/** Messages of the mesh, newest first, the one that is open, and the sending of one. */
import { createStore } from 'zustand/vanilla'
import { MeshError } from '../../shared/contract/error.ts'
import type { MessageDelta, MessageEvent, MessageTool } from '../../shared/contract/event.ts'
import { hasEnded, type MessageSummary, type ResolveAction } from '../../shared/contract/message.ts'
import type { MeshClient } from '../../shared/contract/procedures.ts'
import type { WindowClock } from '../client/clock.ts'
import { isFiltered, lineOf, type MessageFilter, noFilter, withMessage, withOlder } from './message-list.ts'
import { isUnsure, MessageFollower, type OpenMessage } from './open-message.ts'
import { PushQueue, type Reading } from './resource.ts'

export interface Draft {
  readonly content: string
  /** Which node shall answer; without one the mesh decides. */
  readonly nodeId?: string | undefined
}

export interface MessagesState extends Reading {
  readonly lines: readonly MessageSummary[]
  readonly nextCursor: string | null
  /** There are more than this page keeps. */
  readonly full: boolean
  readonly older: 'idle' | 'loading'
  readonly olderError?: MeshError | undefined
  readonly open?: OpenMessage | undefined
  /** What the console holds. */
  readonly draft: Draft
  readonly filter: MessageFilter
  readonly sending: boolean
  readonly sendError?: MeshError | undefined
  readonly load: () => Promise<void>
  readonly loadOlder: () => Promise<void>
  /** Opens the details of one message, or closes what is open. */
  readonly show: (messageId: string | undefined) => Promise<void>
  readonly setDraft: (change: Partial<Draft>) => void
  /** State and node are asked of the coordinator; the text is looked for in what was read. */
  readonly setFilter: (change: Partial<MessageFilter>) => Promise<void>
  /** Sends what the console holds. True once the coordinator has it on disk; the message is then open. */
  readonly send: () => Promise<boolean>
  /** Puts the open message into the console and sends it as a new one, to the same node if it was sent to one. */
  readonly sendAgain: () => Promise<boolean>
  /** Reads the open message again: while the connection was away its text and its events may have parted. */
  readonly refreshOpen: () => Promise<void>
  readonly cancel: () => Promise<void>
  /** Says what becomes of the open message, which is interrupted. */
  readonly resolve: (action: ResolveAction) => Promise<boolean>
  /** Sends the open message, which ended without an answer, again and opens the new one. */
  readonly replay: () => Promise<boolean>
  /** Opens a message that another one names, whatever the filter hides. */
  readonly goTo: (messageId: string) => Promise<void>
  readonly apply: (event: MessageEvent | MessageDelta | MessageTool) => void
  readonly clear: () => void
}

export interface MessagesDeps {
  readonly client: MeshClient
  readonly clock: WindowClock
  readonly newId: () => string
  readonly watch: (messageId: string) => () => void
}

const pageSize = 50
const maxHeldEvents = 5_000
const empty: Pick<MessagesState, 'lines' | 'nextCursor' | 'full' | 'older' | 'open' | 'sending' | 'draft' | 'filter'> =
  {
    ...{ lines: [], nextCursor: null, full: false, older: 'idle' as const, open: undefined, sending: false },
    ...{ draft: { content: '' }, filter: noFilter },
  }

export const createMessagesStore = (deps: MessagesDeps) =>
  createStore<MessagesState>()((set, get, state) => {
    const { client } = deps
    let reading = 0
    let repeat: { readonly draft: string; readonly key: string } | undefined
    const put = (line: MessageSummary): void => {
      const { lines, dropped } = withMessage(get().lines, line)
      set(dropped ? { lines, full: true } : { lines })
    }
    const follower = new MessageFollower({
      ...deps,
      state: { getState: state.getState, setState: (part) => set(part as Partial<MessagesState>) },
      onRead: (message) => {
        // Its event brings the line; without a live connection this does.
        if (!get().lines.some(({ id, updated_at }) => id === message.id && updated_at >= message.updated_at))
          put(lineOf(message))
      },
    })
    const queue = new PushQueue<MessageEvent>({ apply: (event) => put(event.data.message), max: maxHeldEvents })

    return {
      phase: 'loading',
      ...empty,
      async load() {
        const mine = ++reading
        queue.hold()
        set({ phase: get().phase === 'ready' ? 'ready' : 'loading', error: undefined })
        const open = follower.refresh()
        try {
          const page = await client.call('messages.list', { limit: pageSize, ...asked(get().filter) })
          if (mine !== reading) return
          set({ phase: 'ready', lines: page.messages, nextCursor: page.next_cursor, full: false, older: 'idle' })
        } catch (error) {
          if (mine !== reading) return
          set({ phase: 'failed', error: MeshError.wrap(error) })
        }
        if (!queue.release()) await get().load()
        await open
        // What is open may be older than the page just read; it is to be seen all the same.
        const shown = get().open?.message
        if (shown && mine === reading && !get().lines.some(({ id }) => id === shown.id)) put(lineOf(shown))
      },
      async loadOlder() {
        const { nextCursor, older } = get()
        if (nextCursor === null || older === 'loading') return
        const mine = reading
        set({ older: 'loading', olderError: undefined })
        try {
          const page = await client.call('messages.list', {
            limit: pageSize,
            cursor: nextCursor,
            ...asked(get().filter),
          })
          if (mine !== reading) return
          set({ older: 'idle', lines: withOlder(get().lines, page.messages), nextCursor: page.next_cursor })
        } catch (error) {
          if (mine === reading) set({ older: 'idle', olderError: MeshError.wrap(error) })
        }
      },
      async show(messageId) {
        if (messageId === undefined) follower.close()
        else if (get().open?.id !== messageId) {
          const line = get().lines.find(({ id }) => id === messageId)
          await follower.open(messageId, line !== undefined && hasEnded(line.state))
        }
      },
      setDraft: (change) => set({ draft: { ...get().draft, ...change } }),
      async setFilter(change) {
        const before = get().filter
        const filter = { ...before, ...change }
        set({ filter })
        if (filter.state === before.state && filter.nodeId === before.nodeId && filter.dead === before.dead) return
        set({ phase: 'loading' })
        await get().load()
      },
      async send() {
        const { draft, sending } = get()
        if (sending) return false
        set({ sending: true, sendError: undefined })
        const same = JSON.stringify(draft)
        const key = repeat?.draft === same ? repeat.key : deps.newId()
        repeat = undefined
        const input = { content: draft.content, source: 'web', idempotency_key: key }
        try {
          const sent =
            draft.nodeId === undefined
              ? await client.call('messages.send', input)
              : await client.call('messages.send_to', { ...input, node_id: draft.nodeId })
          // What was typed while it was on its way stays.
          const now = get().draft
          set({ sending: false, draft: now.content === draft.content ? { ...now, content: '' } : now })
          void follower.open(sent.message_id, false)
          // What was just sent is to be seen.
          if (isFiltered(get().filter)) void get().setFilter(noFilter)
          return true
        } catch (error) {
          const sendError = MeshError.wrap(error)
          if (isUnsure(sendError)) repeat = { draft: same, key }
          set({ sending: false, sendError })
          return false
        }
      },
      async sendAgain() {
        const message = get().open?.message
        if (!message || get().sending) return false
        const nodeId = message.decision?.strategy === 'addressed' ? message.node_id : undefined
        set({ draft: { content: message.content, nodeId } })
        return get().send()
      },
      refreshOpen: () => follower.refresh(),
      cancel: () => follower.cancel(),
      resolve: (action) => follower.resolve(action),
      async replay() {
        const again = await follower.replay()
        if (again) await get().goTo(again.id)
        return again !== undefined
      },
      async goTo(messageId) {
        await get().show(messageId)
        if (isFiltered(get().filter)) await get().setFilter(noFilter)
      },
      apply(event) {
        if (event.type === 'message.delta' || event.type === 'message.tool') follower.piece(event)
        else {
          queue.push(event)
          follower.heard(event)
        }
      },
      clear() {
        reading++
        queue.release()
        follower.close()
        repeat = undefined
        set({ phase: 'loading', ...empty, error: undefined, sendError: undefined, olderError: undefined })
      },
    }
  })

const asked = ({ state, nodeId, dead }: MessageFilter) => ({
  ...(dead === true ? { dead_letters: true } : {}),
  ...(state === undefined ? {} : { state }),
  ...(nodeId === undefined ? {} : { node_id: nodeId }),
})

export type MessagesStore = ReturnType<typeof createMessagesStore>
