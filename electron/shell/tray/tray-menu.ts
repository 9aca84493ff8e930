/** The tray's menu as plain values: what it says and what a click on it means. Pure; `tray.ts` shows it. */
import type { DesktopState } from '../../../shared/contract/desktop.ts'
import type { OpenView } from '../../../shared/contract/ipc.ts'
import type { Translate } from '../../../shared/i18n/create-i18n.ts'
import type { JoinInput, TrayAction } from './tray-action.ts'
import type { TrayNode, TrayState } from './tray-state.ts'

export interface TrayItem {
  readonly label: string
  readonly type?: 'checkbox' | 'radio' | 'separator' | undefined
  readonly checked?: boolean
  readonly enabled?: boolean
  readonly action?: TrayAction
  readonly submenu?: readonly TrayItem[]
}

/** More would not fit on a small screen; the window has them all. */
const mostNodes = 20
const line: TrayItem = { label: '', type: 'separator' }

export function trayMenu(state: TrayState, t: Translate): TrayItem[] {
  const { desktop } = state
  return [
    {
      label: t('desktop:tray.host'),
      type: 'checkbox',
      checked: desktop.host.on,
      action: { do: 'host', on: !desktop.host.on },
    },
    { label: t('desktop:tray.join'), submenu: joinMenu(desktop, t) },
    line,
    ...meshItems(state, t),
    { label: t('desktop:tray.pause'), enabled: desktop.join.mode !== 'off', submenu: pauseMenu(desktop, t) },
    line,
    { label: t('desktop:tray.dashboard'), action: open({ view: 'nodes' }) },
    { label: t('desktop:tray.message'), enabled: desktop.window !== null, action: open({ view: 'messages' }) },
    line,
    {
      label: t('desktop:tray.start_at_login'),
      type: 'checkbox',
      checked: desktop.start_at_login,
      action: { do: 'start_at_login', on: !desktop.start_at_login },
    },
    { label: t('desktop:tray.quit'), action: { do: 'quit' } },
  ]
}

function joinMenu({ host, join }: DesktopState, t: Translate): TrayItem[] {
  const choice = (label: string, input: JoinInput, enabled = true): TrayItem => ({
    label,
    type: 'radio',
    checked: join.mode === input.mode,
    enabled,
    action: { do: 'join', input },
  })
  return [
    choice(t('desktop:tray.join_none'), { mode: 'off' }),
    choice(t('desktop:tray.join_own'), { mode: 'own' }, host.on),
    ...(join.mode === 'remote' ? [choice(plain(join.coordinator_url ?? ''), { mode: 'remote' })] : []),
    line,
    { label: t('desktop:tray.join_url'), action: open({ view: 'join' }) },
  ]
}

function meshItems({ desktop, mesh }: TrayState, t: Translate): TrayItem[] {
  if (!mesh) return []
  const { nodes, waiting, decisions } = mesh
  const more = nodes.length - mostNodes
  const list = nodes.slice(0, mostNodes).map((node) => nodeItem(node, desktop, t))
  const rest = { label: t('desktop:tray.more_nodes', { count: more }), action: open({ view: 'nodes' }) }
  return [
    nodes.length === 0
      ? { label: t('desktop:tray.no_nodes'), enabled: false }
      : { label: t('desktop:tray.nodes', { count: nodes.length }), submenu: more > 0 ? [...list, rest] : list },
    { label: t('desktop:tray.queue', { count: waiting }), action: open({ view: 'messages' }) },
    ...(decisions > 0
      ? [{ label: t('desktop:tray.decide', { count: decisions }), action: open({ view: 'messages' }) }]
      : []),
  ]
}

function nodeItem(node: TrayNode, desktop: DesktopState, t: Translate): TrayItem {
  const usual = node.condition === 'ok' || node.status === 'offline'
  const state = usual ? t(`common:status.${node.status}`) : t(`common:condition.${node.condition}`)
  const mayChat = desktop.window !== null && desktop.window.scope !== 'viewer'
  const chat = { label: t('desktop:tray.chat'), enabled: mayChat, action: open({ view: 'messages', node_id: node.id }) }
  const isOurs = node.id === desktop.join.node_id
  return {
    label: `${mark[node.status]} ${plain(node.name)}: ${state}`,
    submenu: isOurs ? [chat, { label: t('desktop:tray.pause'), submenu: pauseMenu(desktop, t) }] : [chat],
  }
}

const mark = { online: '●', busy: '◐', offline: '○' } as const

function pauseMenu({ join }: DesktopState, t: Translate): TrayItem[] {
  return [
    { label: t('desktop:tray.pause_hour'), action: { do: 'pause', input: { on: true, for_s: 3_600 } } },
    { label: t('desktop:tray.pause_tomorrow'), action: { do: 'pause_until_tomorrow' } },
    { label: t('desktop:tray.resume'), enabled: join.paused, action: { do: 'pause', input: { on: false } } },
  ]
}

const open = (view: OpenView): TrayAction => ({ do: 'open', view })

/** A node may be called anything: no control or direction characters reach the menu, and `&` marks no shortcut. */
const plain = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, ' ')
    .replaceAll('&', '&&')
    .slice(0, 64)

const morningHour = 7
/** Seconds from `now` until seven o'clock of the next day, in this machine's own time. */
export function untilTomorrow(now: Date): number {
  const morning = new Date(now)
  morning.setDate(now.getDate() + 1)
  morning.setHours(morningHour, 0, 0, 0)
  return Math.max(60, Math.round((morning.getTime() - now.getTime()) / 1_000))
}
