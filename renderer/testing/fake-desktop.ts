/** A hand-made desktop app for tests of the window: answers calls as told, and pushes what the test says. */
import type { DesktopCallName, DesktopState } from '../../shared/contract/desktop.ts'
import type { OpenView } from '../../shared/contract/ipc.ts'
import { defaultSettings } from '../../shared/contract/settings.ts'
import type { DesktopClient, JoinLinkPush } from '../client/desktop-client.ts'

export const aDesktopState = (overrides: Partial<DesktopState> = {}): DesktopState => ({
  host: { on: false },
  join: { mode: 'off', status: 'off', paused: false },
  window: null,
  start_at_login: false,
  has_tray: true,
  version: '0.1.0',
  settings_warnings: [],
  ...overrides,
})

export interface FakeDesktop {
  readonly client: DesktopClient
  readonly calls: { readonly name: DesktopCallName; readonly input: unknown }[]
  readonly answer: (name: DesktopCallName, answer: (input: unknown) => unknown) => void
  readonly push: {
    readonly state: (state: DesktopState) => void
    readonly open: (open: OpenView) => void
    readonly link: (link: JoinLinkPush) => void
  }
  readonly listening: () => number
}

export function fakeDesktop(state: DesktopState = aDesktopState()): FakeDesktop {
  const answers = new Map<DesktopCallName, (input: unknown) => unknown>([
    ['desktop.state', () => state],
    ['settings.get', () => defaultSettings],
    ['settings.update', (change) => ({ ...defaultSettings, ...(change as object) })],
    ['desktop.join_link', () => null],
    ['desktop.find_gateway', () => ({ adapter: 'openclaw-rpc', state: 'ok', version: '2026.3.2' })],
  ])
  const calls: FakeDesktop['calls'] = []
  const heard = {
    state: new Set<(state: DesktopState) => void>(),
    open: new Set<(open: OpenView) => void>(),
    link: new Set<(link: JoinLinkPush) => void>(),
  }
  const listen =
    <T>(set: Set<(value: T) => void>) =>
    (listener: (value: T) => void): (() => void) => {
      set.add(listener)
      return () => set.delete(listener)
    }
  const tell =
    <T>(set: Set<(value: T) => void>) =>
    (value: T): void => {
      for (const listener of set) listener(value)
    }
  return {
    calls,
    client: {
      async call(name, input) {
        calls.push({ name, input })
        const answer = answers.get(name)
        if (!answer) throw new Error(`The test has no answer for ${name}.`)
        return (await answer(input)) as never
      },
      onState: listen(heard.state),
      onOpen: listen(heard.open),
      onJoinLink: listen(heard.link),
    },
    answer: (name, answer) => void answers.set(name, answer),
    push: { state: tell(heard.state), open: tell(heard.open), link: tell(heard.link) },
    listening: () => heard.state.size + heard.open.size + heard.link.size,
  }
}
