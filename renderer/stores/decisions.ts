/** Which messages are interrupted and wait for a person to say what becomes of them. */
import { createStore } from 'zustand/vanilla'
import type { MessageEvent } from '../../shared/contract/event.ts'
import type { MeshClient } from '../../shared/contract/procedures.ts'
import { PushQueue } from './resource.ts'

export interface DecisionsState {
  readonly ids: ReadonlySet<string>
  /** There are more than were read. */
  readonly more: boolean
  /** Reads them once; from there on the events tell. */
  readonly load: () => Promise<void>
  readonly apply: (event: MessageEvent) => void
  readonly clear: () => void
}

/** More than anybody decides in one sitting. */
const mostRead = 100
const maxHeldEvents = 5_000
const none = { ids: new Set<string>(), more: false }

export const createDecisionsStore = ({ client }: { readonly client: MeshClient }) =>
  createStore<DecisionsState>()((set, get) => {
    let reading = 0
    const put = ({ data: { message } }: MessageEvent): void => {
      const { ids } = get()
      const waits = message.state === 'interrupted'
      if (ids.has(message.id) === waits) return
      const next = new Set(ids)
      if (waits) next.add(message.id)
      else next.delete(message.id)
      set({ ids: next })
    }
    const queue = new PushQueue<MessageEvent>({ apply: put, max: maxHeldEvents })
    return {
      ...none,
      async load() {
        const mine = ++reading
        queue.hold()
        try {
          const page = await client.call('messages.list', { state: 'interrupted', limit: mostRead })
          if (mine !== reading) return
          const waiting = page.messages.filter(({ state }) => state === 'interrupted')
          set({ ids: new Set(waiting.map(({ id }) => id)), more: page.next_cursor !== null })
        } catch {
          // The list of messages, read at the same time, says what is wrong; the number stays as it was.
          if (mine !== reading) return
        }
        if (!queue.release()) await get().load()
      },
      apply: (event) => queue.push(event),
      clear() {
        reading++
        queue.release()
        set(none)
      },
    }
  })

export type DecisionsStore = ReturnType<typeof createDecisionsStore>
