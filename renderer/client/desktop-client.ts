/** What the window asks of the app around it, typed by the contract; there is none in a browser. */
import type { Static } from 'typebox'
import { check } from '../../shared/contract/check.ts'
import {
  type DesktopCallName,
  type DesktopCalls,
  desktopCalls,
  type DesktopState,
} from '../../shared/contract/desktop.ts'
import type { IpcBridge, IpcPush, OpenView } from '../../shared/contract/ipc.ts'
import { askApp, onPush } from './ipc-transport.ts'

export type JoinLinkPush = Omit<Extract<IpcPush, { type: 'desktop.join_link' }>, 'type'>

export interface DesktopClient {
  call<K extends DesktopCallName>(
    name: K,
    input?: Static<DesktopCalls[K]['input']>,
  ): Promise<Static<DesktopCalls[K]['output']>>
  /** Each returns its unsubscribe. */
  onState(listener: (state: DesktopState) => void): () => void
  /** Somebody clicked outside the window: where it should go. */
  onOpen(listener: (open: OpenView) => void): () => void
  /** A join link was opened, or one that cannot be used. */
  onJoinLink(listener: (push: JoinLinkPush) => void): () => void
}

export const createDesktopClient = (bridge: IpcBridge): DesktopClient => ({
  async call(name, input) {
    const value = await askApp(bridge, { door: 'desktop', name, input: { ...input } })
    return check(desktopCalls[name].output, value, { what: `answer to ${name}` }) as never
  },
  onState: (listener) =>
    onPush(bridge, (push) => {
      if (push.type === 'desktop.changed') listener(push.state)
    }),
  onOpen: (listener) =>
    onPush(bridge, (push) => {
      if (push.type === 'desktop.open') listener(push.open)
    }),
  onJoinLink: (listener) =>
    onPush(bridge, (push) => {
      if (push.type === 'desktop.join_link') listener(push)
    }),
})
