/** What a click in the tray asks for; the app's composition root does it. */
import type { Static } from 'typebox'
import type { DesktopCalls } from '../../../shared/contract/desktop.ts'
import type { OpenView } from '../../../shared/contract/ipc.ts'

export type JoinInput = Static<DesktopCalls['desktop.join']['input']>
export type PauseInput = Static<DesktopCalls['desktop.pause']['input']>

export type TrayAction =
  | { readonly do: 'host'; readonly on: boolean }
  | { readonly do: 'join'; readonly input: JoinInput }
  | { readonly do: 'pause'; readonly input: PauseInput }
  /** How long that is, is known when it is clicked. */
  | { readonly do: 'pause_until_tomorrow' }
  | { readonly do: 'open'; readonly view: OpenView }
  | { readonly do: 'start_at_login'; readonly on: boolean }
  | { readonly do: 'quit' }
