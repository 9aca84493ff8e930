import { expect, it } from 'vitest'
import type { DesktopState } from '../../../shared/contract/desktop.ts'
import { createI18n, translator } from '../../../shared/i18n/create-i18n.ts'
import { type TrayItem, trayMenu, untilTomorrow } from './tray-menu.ts'
import { type MeshView, trayIcon, type TrayNode } from './tray-state.ts'

const t = translator(createI18n('en'))
const url = 'http://127.0.0.1:9180'

const desktop = (part: Partial<DesktopState> = {}): DesktopState => ({
  host: { on: false },
  join: { mode: 'off', status: 'off', paused: false },
  window: null,
  start_at_login: false,
  has_tray: true,
  version: '0.1.0',
  settings_warnings: [],
  ...part,
})
const hosting = desktop({
  host: { on: true, url },
  join: { mode: 'own', status: 'linked', node_id: 'node-1', paused: false },
  window: { coordinator_url: url, scope: 'admin' },
})
const node = (part: Partial<TrayNode> = {}): TrayNode => ({
  id: 'node-1',
  name: 'mac',
  status: 'online',
  condition: 'ok',
  ...part,
})
const mesh = (nodes: readonly TrayNode[], part: Partial<MeshView> = {}): MeshView => ({
  nodes,
  waiting: 0,
  running: 0,
  decisions: 0,
  ...part,
})
const labels = (items: readonly TrayItem[] = []) => items.map(({ type, label }) => (type === 'separator' ? '-' : label))
const find = (items: readonly TrayItem[] = [], label: string) => items.find((item) => item.label === label)

it('offers both switches, the window and the way out before there is any mesh', () => {
  const menu = trayMenu({ desktop: desktop(), mesh: undefined }, t)
  expect(labels(menu)).toEqual([
    'Host mesh',
    'Join mesh',
    '-',
    'Pause this node',
    '-',
    'Open dashboard',
    'Quick message…',
    '-',
    'Start at login',
    'Quit',
  ])
  expect(menu[0]).toMatchObject({ checked: false, action: { do: 'host', on: true } })
  expect(find(menu, 'Quick message…')?.enabled).toBe(false)
  expect(find(menu, 'Pause this node')?.enabled).toBe(false)
  const join = find(menu, 'Join mesh')?.submenu
  expect(labels(join)).toEqual(['None', 'This computer’s own', '-', 'Join by URL…'])
  expect(find(join, 'None')?.checked).toBe(true)
  expect(find(join, 'This computer’s own')?.enabled).toBe(false)
  expect(find(join, 'Join by URL…')?.action).toEqual({ do: 'open', view: { view: 'join' } })
})

it('ticks what is joined, the other coordinator by its address', () => {
  const remote = desktop({
    join: { mode: 'remote', status: 'linked', coordinator_url: 'https://mesh.example', paused: false },
  })
  const join = find(trayMenu({ desktop: remote, mesh: undefined }, t), 'Join mesh')?.submenu
  expect(join?.filter(({ checked }) => checked).map(({ label }) => label)).toEqual(['https://mesh.example'])
})

it('lists nodes with their state, chat with each, pause for this machine only, and the queue', () => {
  const nodes = [node(), node({ id: 'node-2', name: 'gpu', condition: 'gateway_down' })]
  const menu = trayMenu({ desktop: hosting, mesh: mesh(nodes, { waiting: 3 }) }, t)
  const list = find(menu, 'Nodes (2)')?.submenu
  expect(labels(list)).toEqual(['● mac: online', '● gpu: gateway down'])
  expect(labels(list?.[0]?.submenu)).toEqual(['Chat…', 'Pause this node'])
  expect(labels(list?.[1]?.submenu)).toEqual(['Chat…'])
  expect(list?.[1]?.submenu?.[0]?.action).toEqual({ do: 'open', view: { view: 'messages', node_id: 'node-2' } })
  expect(find(menu, 'Messages waiting: 3')).toBeDefined()
  expect(labels(menu).some((label) => label.includes('decision'))).toBe(false)
})

it('names the messages that wait for a decision, and leads to them', () => {
  const menu = trayMenu({ desktop: hosting, mesh: mesh([node()], { decisions: 2 }) }, t)
  expect(find(menu, 'Waiting for your decision: 2')?.action).toEqual({ do: 'open', view: { view: 'messages' } })
})

it('keeps a big mesh short, and lets nobody’s name break the menu', () => {
  const nodes = Array.from({ length: 25 }, (_, at) => node({ id: `node-${at}`, name: `a&b\u202e\n${at}` }))
  const list = find(trayMenu({ desktop: hosting, mesh: mesh(nodes) }, t), 'Nodes (25)')?.submenu
  expect(list).toHaveLength(21)
  expect(list?.[0]?.label).toBe('● a&&b  0: online')
  expect(list?.at(-1)?.label).toBe('5 more in the window…')
})

it('offers no chat to those who may only look, and resume only to the paused', () => {
  const viewer = { ...hosting, window: { coordinator_url: url, scope: 'viewer' as const } }
  const chat = find(trayMenu({ desktop: viewer, mesh: mesh([node()]) }, t), 'Nodes (1)')?.submenu?.[0]?.submenu?.[0]
  expect(chat?.enabled).toBe(false)
  const resume = (state: DesktopState) =>
    find(find(trayMenu({ desktop: state, mesh: undefined }, t), 'Pause this node')?.submenu, 'Resume')?.enabled
  expect(resume(hosting)).toBe(false)
  expect(resume({ ...hosting, join: { ...hosting.join, paused: true } })).toBe(true)
})

it('speaks Chinese', () => {
  const zh = translator(createI18n('zh-CN'))
  expect(labels(trayMenu({ desktop: hosting, mesh: mesh([node()]) }, zh)).slice(0, 2)).toEqual(['托管网格', '加入网格'])
})

const problem = { code: 'internal', message: 'No.' } as const
it.each([
  ['idle', desktop(), undefined],
  ['ok', hosting, mesh([node()])],
  ['busy', hosting, mesh([node()], { running: 1 })],
  ['attention', hosting, mesh([node({ condition: 'token_refused' })], { running: 1 })],
  ['attention', hosting, mesh([node()], { running: 1, decisions: 1 })],
  ['attention', desktop({ host: { on: false, problem } }), undefined],
  ['attention', desktop({ join: { mode: 'remote', status: 'rejected', paused: false, problem } }), undefined],
  ['offline', desktop({ join: { mode: 'remote', status: 'connecting', paused: false, problem } }), undefined],
] as const)('shows the icon %s', (icon, state, view) => {
  expect(trayIcon({ desktop: state, mesh: view })).toBe(icon)
})

it('means by tomorrow seven in the morning', () => {
  expect(untilTomorrow(new Date(2026, 0, 1, 23, 0, 0))).toBe(8 * 3_600)
  expect(untilTomorrow(new Date(2026, 0, 1, 1, 0, 0))).toBe(30 * 3_600)
})
