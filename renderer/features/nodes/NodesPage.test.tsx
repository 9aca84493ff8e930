// @vitest-environment happy-dom
import { fireEvent, screen, within } from '@testing-library/react'
import { expect, it } from 'vitest'
import { MeshError } from '../../../shared/contract/error.ts'
import type { MeshNode } from '../../../shared/contract/node.ts'
import { aLoad, aNode, capabilities } from '../../../shared/testing/builders.ts'
import { nodeEvent } from '../../testing/fake-mesh.ts'
import { renderPage } from '../../testing/render-page.tsx'
import { NodesPage } from './NodesPage.tsx'

async function show(nodes: MeshNode[], language = 'en') {
  const rendered = renderPage(<NodesPage />, { language })
  rendered.mesh.answer('nodes.list', () => nodes)
  await rendered.connect()
  return rendered
}
const card = (name: string) => within(screen.getByRole('article', { name }))

it('says that it reads, then that nobody has joined and how to', async () => {
  const { connect } = renderPage(<NodesPage />)
  expect(screen.getByRole('status').textContent).toBe('Reading the nodes…')
  await connect()
  expect(screen.getByText('No node has joined yet')).toBeDefined()
  expect(screen.getByText(`claw-mesh join ${location.origin}`)).toBeDefined()
})

it('shows what a node is and how it is', async () => {
  await show([
    aNode({
      name: 'studio',
      status: 'busy',
      gateway: { adapter: 'openclaw-rpc', state: 'ok', version: '2026.3.2' },
      load: aLoad({ running: 4, queued: 2 }),
      capabilities: capabilities({
        ...{ os: 'darwin', arch: 'arm64', memory_gb: 64, gpu: true, gpus: [{ name: 'M4 Max', vram_gb: 48 }] },
        ...{ skills: ['notes', 'github'], tools: ['git'], tags: ['desk'] },
      }),
    }),
  ])
  const text = screen.getByRole('article', { name: 'studio' }).textContent
  for (const part of [
    'busy',
    'OpenClaw 2026.3.2',
    'macOS arm64',
    '64 GB memory',
    'M4 Max, 48 GB',
    'Skills: 2',
    'desk',
  ]) {
    expect(text).toContain(part)
  }
  expect(card('studio').getByRole('meter').getAttribute('aria-valuetext')).toBe('4 of 4, 2 waiting')
})

it('labels a demo node', async () => {
  await show([aNode({ name: 'toy' })])
  expect(card('toy').getByText('Demo')).toBeDefined()
})

it('says what is wrong with a node that is online but cannot answer, and what to do', async () => {
  const problem = { code: 'gateway_token_refused', message: 'The token was refused.', hint: 'Run doctor.' } as const
  await show([
    aNode({
      ...{ name: 'mac', condition: 'token_refused' },
      gateway: { adapter: 'openclaw-rpc', state: 'token_refused', problem },
    }),
    aNode({ id: 'node-2', name: 'vps' }),
  ])
  for (const text of ['token refused', 'The token was refused.', 'Run doctor.'])
    expect(card('mac').getByText(text)).toBeDefined()
  expect(screen.getByText('1 of 2 ready')).toBeDefined()
})

it('shows names as text, whatever they hold', async () => {
  const name = '<img src=x onerror=alert(1)> مكتب 🦞'
  await show([aNode({ name })])
  const shown = screen.getByText(name)
  expect([shown.tagName, shown.getAttribute('dir'), shown.title]).toEqual(['BDI', 'auto', name])
  expect(document.querySelector('img')).toBeNull()
})

it('follows a node that goes away', async () => {
  const { settled, mesh } = await show([aNode({ name: 'mac' })])
  await settled(() => mesh.push(nodeEvent('node.offline', aNode({ name: 'mac', status: 'offline' }))))
  expect(card('mac').getAllByText(/offline/).length).toBeGreaterThan(0)
  expect(card('mac').queryByRole('meter')).toBeNull()
})

it('says why the nodes could not be read, and reads them when told', async () => {
  const { mesh, settled, connect } = renderPage(<NodesPage />)
  mesh.answer('nodes.list', () => {
    throw new MeshError('store_failed', 'The disk is full.')
  })
  await connect()
  expect(screen.getByRole('alert').textContent).toContain('The disk is full.')
  mesh.answer('nodes.list', () => [aNode({ name: 'mac' })])
  await settled(() => fireEvent.click(screen.getByRole('button', { name: 'Try again' })))
  expect(screen.queryByRole('alert')).toBeNull()
  expect(card('mac')).toBeDefined()
})

it('speaks Chinese', async () => {
  await show([aNode({ name: 'mac', status: 'busy' })], 'zh-CN')
  expect(screen.getByText('1 个节点中 1 个就绪')).toBeDefined()
  expect(card('mac').getByText('忙碌')).toBeDefined()
})
