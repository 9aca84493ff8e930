// @vitest-environment happy-dom
import { fireEvent, screen } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import type { DesktopState } from '../../shared/contract/desktop.ts'
import { MeshError } from '../../shared/contract/error.ts'
import { Layout } from './Layout.tsx'
import { aDesktopState, fakeDesktop } from '../testing/fake-desktop.ts'
import { goTo } from '../testing/go-to.ts'
import { renderPage } from '../testing/render-page.tsx'

afterEach(() => goTo(''))

async function show(state: DesktopState, hash = '#/settings') {
  goTo(hash)
  const desktop = fakeDesktop(state)
  const rendered = renderPage(<Layout />, { desktop: desktop.client })
  await rendered.settled(() => undefined)
  const called = (name: string) => desktop.calls.filter((call) => call.name === name).map(({ input }) => input)
  return { ...rendered, desktop, called }
}
const fill = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } })
const hosting = aDesktopState({
  host: { on: true, url: 'http://localhost:9180' },
  join: { mode: 'own', status: 'linked', paused: false, coordinator_url: 'http://localhost:9180' },
  window: { coordinator_url: 'http://localhost:9180', scope: 'admin' },
})

it('begins with hosting or joining, and with the gateway it found', async () => {
  const { desktop, settled, called } = await show(aDesktopState(), '')
  expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Welcome to claw-mesh')
  expect(screen.getByText('Found: OpenClaw 2026.3.2')).toBeDefined()
  desktop.answer('desktop.host', () => hosting)
  await settled(() => fireEvent.click(screen.getByRole('switch', { name: 'Host mesh on this computer' })))
  expect(called('desktop.host')).toEqual([{ on: true }])
  expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Nodes')
})

it('says how to mend a gateway that was not found', async () => {
  const { desktop, settled } = await show(hosting)
  const problem = { code: 'gateway_not_found', message: 'No OpenClaw here.', hint: 'Install it.' }
  desktop.answer('desktop.find_gateway', () => ({ problem }))
  await settled(() => fireEvent.click(screen.getByRole('button', { name: 'Look again' })))
  expect(screen.getByText('Install it.')).toBeDefined()
})

it('joins another mesh by address and tokens, and empties the tokens once it has', async () => {
  const { desktop, settled, called } = await show(hosting)
  await settled(() => fireEvent.click(screen.getByRole('radio', { name: 'Another' })))
  expect(called('desktop.join')).toEqual([])
  fill('Address of the coordinator', 'http://localhost:9999')
  fill('Join token', 'join-1')
  fill('Operator token (optional)', 'op-1')
  desktop.answer('desktop.join', () => {
    throw new MeshError('unauthorized', 'The join token is not known there.')
  })
  const send = () => settled(() => fireEvent.click(screen.getByRole('button', { name: 'Join mesh' })))
  await send()
  expect(screen.getByRole('alert').textContent).toContain('The join token is not known there.')
  const joined: DesktopState = {
    ...hosting,
    join: { mode: 'remote', status: 'linked', paused: false, coordinator_url: 'http://localhost:9999' },
  }
  desktop.answer('desktop.join', () => joined)
  await send()
  const input = { mode: 'remote', url: 'http://localhost:9999', join_token: 'join-1', operator_token: 'op-1' }
  expect(called('desktop.join')).toEqual([input, input])
  expect(screen.getByLabelText<HTMLInputElement>('Join token').value).toBe('')
})

it('asks for an operator token when it is a node of a mesh that its window may not look into', async () => {
  const join = { mode: 'remote', status: 'linked', paused: false, coordinator_url: 'http://localhost:9999' } as const
  await show(aDesktopState({ join }), '#/nodes')
  expect(screen.getByText('This computer is a node, but this window may not look into the mesh')).toBeDefined()
})

it('changes name and tags, start at login and language through the app', async () => {
  const { desktop, settled, called, page } = await show(hosting)
  fill('Name', 'studio')
  fill('Tags', 'desk, fast')
  await settled(() => fireEvent.click(screen.getByRole('button', { name: 'Save' })))
  desktop.answer('desktop.start_at_login', () => ({ ...hosting, start_at_login: true }))
  await settled(() => fireEvent.click(screen.getByRole('switch', { name: 'Start at login' })))
  await settled(() => fireEvent.click(screen.getByRole('radio', { name: '简体中文' })))
  expect(called('settings.update')).toEqual([
    { node: { name: 'studio', tags: ['desk', 'fast'] } },
    { language: 'zh-CN' },
  ])
  expect(called('desktop.start_at_login')).toEqual([{ on: true }])
  expect(page.preferences.getState().language).toBe('zh-CN')
})

it('shows the warnings of the settings file, and nobody to sign out', async () => {
  await show({ ...hosting, settings_warnings: ['line 3: coordinator.port must be a number'] })
  expect(screen.getByText('line 3: coordinator.port must be a number')).toBeDefined()
  expect(screen.queryByRole('button', { name: 'Sign out' })).toBeNull()
})

it('shows what a link that was opened says, and joins nothing', async () => {
  const { desktop, settled, called } = await show(hosting)
  await settled(() => desktop.push.link({ link: { coordinator_url: 'https://mesh.example', fp: 'abc' } }))
  expect(screen.getByRole('dialog').textContent).toContain('https://mesh.example')
  await settled(() => fireEvent.click(screen.getByRole('button', { name: 'Close' })))
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(called('desktop.join')).toEqual([])
})
