/** The desktop app around this window: its two switches, its settings, this machine. In a browser there is none. */
import type { Static } from 'typebox'
import { createStore } from 'zustand/vanilla'
import type { DesktopCallName, DesktopCalls, DesktopState } from '../../shared/contract/desktop.ts'
import { type ErrorBody, MeshError } from '../../shared/contract/error.ts'
import type { OpenView } from '../../shared/contract/ipc.ts'
import type { GatewayReport } from '../../shared/contract/node.ts'
import type { Settings } from '../../shared/contract/settings.ts'
import type { DesktopClient, JoinLinkPush } from '../client/desktop-client.ts'

type DesktopInput<K extends DesktopCallName> = Static<DesktopCalls[K]['input']>
type DesktopOutput<K extends DesktopCallName> = Static<DesktopCalls[K]['output']>

export interface DesktopStoreState {
  /** False in a browser: then nothing below is ever filled. */
  readonly present: boolean
  /** Undefined until it was read. */
  readonly state?: DesktopState | undefined
  readonly settings?: Settings | undefined
  /** What is being done now. */
  readonly busy?: DesktopCallName | undefined
  /** Why the last thing asked for was not done, and what it was. */
  readonly failed?: { readonly call: DesktopCallName; readonly error: MeshError } | undefined
  /** What looking for the gateway again found; the state has it too once the agent uses it. */
  readonly found?: { readonly gateway?: GatewayReport; readonly problem?: ErrorBody } | undefined
  /** A link opened outside that nobody has dealt with yet. */
  readonly link?: JoinLinkPush | undefined
  readonly setHost: (on: boolean) => Promise<boolean>
  readonly join: (input: DesktopInput<'desktop.join'>) => Promise<boolean>
  readonly setStartAtLogin: (on: boolean) => Promise<boolean>
  readonly findGateway: () => Promise<boolean>
  readonly updateSettings: (change: DesktopInput<'settings.update'>) => Promise<boolean>
  readonly closeLink: () => void
  /** Reads everything and listens, until the returned stop. */
  readonly start: (onOpen: (view: OpenView) => void) => () => void
}

export const createDesktopStore = (client: DesktopClient | undefined) =>
  createStore<DesktopStoreState>()((set, get) => {
    /** True when it was done. One thing at a time: a second press while one is under way is not heard. */
    async function run<K extends DesktopCallName>(
      call: K,
      input: DesktopInput<K>,
      done: (output: DesktopOutput<K>) => void,
    ): Promise<boolean> {
      if (!client || get().busy !== undefined) return false
      set({ busy: call, failed: undefined })
      try {
        done(await client.call(call, input))
        return true
      } catch (error) {
        set({ failed: { call, error: MeshError.wrap(error) } })
        return false
      } finally {
        set({ busy: undefined })
      }
    }
    const keep = (state: DesktopState): void => set({ state })

    async function read<K extends DesktopCallName>(call: K, done: (output: DesktopOutput<K>) => void): Promise<void> {
      try {
        done((await client?.call(call)) as DesktopOutput<K>)
      } catch (error) {
        set({ failed: { call, error: MeshError.wrap(error) } })
      }
    }

    return {
      present: client !== undefined,
      setHost: (on) => run('desktop.host', { on }, keep),
      join: (input) => run('desktop.join', input, keep),
      setStartAtLogin: (on) => run('desktop.start_at_login', { on }, keep),
      findGateway: () =>
        run('desktop.find_gateway', {}, (found) => set({ found: 'adapter' in found ? { gateway: found } : found })),
      updateSettings: (change) => run('settings.update', change, (settings) => set({ settings })),
      closeLink: () => set({ link: undefined }),
      start(onOpen) {
        if (!client) return () => undefined
        const ends = [client.onState(keep), client.onOpen(onOpen), client.onJoinLink((link) => set({ link }))]
        void read('desktop.state', keep)
        void read('settings.get', (settings) => set({ settings }))
        void read('desktop.join_link', (link) => {
          if (link) set({ link: { link } })
        })
        return () => {
          for (const end of ends) end()
        }
      },
    }
  })

export type DesktopStore = ReturnType<typeof createDesktopStore>
