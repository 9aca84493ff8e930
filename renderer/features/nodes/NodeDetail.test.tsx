// @vitest-environment happy-dom
import { fireEvent, screen, within } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { MeshError } from '../../../shared/contract/error.ts'
import type { MeshNode } from '../../../shared/contract/node.ts'
import { aNode, capabilities } from '../../../shared/testing/builders.ts'
import { nodeEvent } from '../../testing/fake-mesh.ts'
import { goTo } from '../../testing/go-to.ts'
import { renderPage } from '../../testing/render-page.tsx'
import { findNodes, untilTomorrowS } from './node-facts.ts'
import { NodesPage } from './NodesPage.tsx'

afterEach(() => goTo(''))

async function show(node: MeshNode, scope = 'admin') {
  goTo(`#/nodes/${node.id}`)
  const rendered = renderPage(<NodesPage />)
  const { mesh } = rendered
  mesh.answer('nodes.list', () => [node])
  mesh.answer('session.whoami', () => ({ scope, sender: 'me', version: '0.1.0', boot_id: 'boot-1' }))
  mesh.answer('nodes.update', () => node)
  mesh.answer('nodes.remove', () => undefined)
  await rendered.connect()
  return { ...rendered, changes: () => mesh.called('nodes.update').map(({ node_id, ...change }) => [node_id, change]) }
}
const panel = () => within(screen.getByRole('region', { name: 'mac' }))
const button = (name: string) => panel().getByRole<HTMLButtonElement>('button', { name })
const mac = aNode({ name: 'mac' })

it('drains, disables and enables', async () => {
  const { settled, changes, mesh } = await show(mac)
  await settled(() => fireEvent.click(button('Drain')))
  await settled(() => fireEvent.click(button('Disable')))
  await settled(() => mesh.push(nodeEvent('node.updated', { ...mac, admin: 'disabled', condition: 'disabled' })))
  expect(panel().getByText('It takes no messages until it is enabled.')).toBeDefined()
  expect(panel().queryByRole('button', { name: 'Drain' })).toBeNull()
  await settled(() => fireEvent.click(button('Enable')))
  const states = ['draining', 'disabled', 'active']
  expect(changes()).toEqual(states.map((admin) => ['node-1', { admin }]))
})

it('pauses for as long as was chosen', async () => {
  const { settled, changes } = await show(mac)
  await settled(() => fireEvent.keyDown(button('Pause'), { key: 'Enter' }))
  await settled(() => fireEvent.click(screen.getByRole('menuitem', { name: 'For 1 hour' })))
  expect(changes()).toEqual([['node-1', { admin: 'paused', pause_for_s: 3_600 }]])
})

it('tells a pause by an admin from one by the owner of the machine', async () => {
  await show({ ...mac, condition: 'paused', load: { ...mac.load, paused: true } })
  expect(panel().getByText(/It is resumed on that machine/)).toBeDefined()
  expect(panel().queryByRole('button', { name: 'Resume' })).toBeNull()
})

it('keeps its actions from who may not, and says why', async () => {
  await show(mac, 'operator')
  for (const name of ['Pause', 'Drain', 'Disable', 'Edit', 'Kick']) expect(button(name).disabled).toBe(true)
  expect(panel().getByText('Only an admin may change nodes; this page is signed in as operator.')).toBeDefined()
  expect(panel().getByRole('link', { name: 'Chat' }).getAttribute('href')).toBe('#/messages/node-1')
})

it('says why a change was refused', async () => {
  const { settled, mesh } = await show(mac)
  mesh.answer('nodes.update', () => {
    throw new MeshError('forbidden', 'Not with this token.', { hint: 'Sign in as admin.' })
  })
  await settled(() => fireEvent.click(button('Drain')))
  expect(panel().getByRole('alert').textContent).toContain('Not with this token.')
})

it('changes name and tags, each tag once', async () => {
  const { settled, changes } = await show({
    ...mac,
    admin_tags: ['old'],
    capabilities: capabilities({ tags: ['desk'] }),
  })
  await settled(() => fireEvent.click(button('Edit')))
  fireEvent.change(screen.getByLabelText('Name'), { target: { value: ' studio ' } })
  fireEvent.change(screen.getByLabelText('Tags'), { target: { value: 'a, b，a、c,' } })
  await settled(() => fireEvent.click(screen.getByRole('button', { name: 'Save' })))
  expect(changes()).toEqual([['node-1', { name: 'studio', tags: ['a', 'b', 'c'] }]])
  expect(screen.queryByRole('dialog')).toBeNull()
})

it('kicks only once its name was typed', async () => {
  const { settled, mesh } = await show(mac)
  await settled(() => fireEvent.click(button('Kick')))
  const dialog = within(screen.getByRole('alertdialog'))
  expect(dialog.getByText(/The node and its token are deleted/)).toBeDefined()
  const kick = dialog.getByRole<HTMLButtonElement>('button', { name: 'Kick' })
  expect(kick.disabled).toBe(true)
  fireEvent.change(dialog.getByLabelText('Type the node’s name to confirm'), { target: { value: 'MAC' } })
  await settled(() => fireEvent.click(kick))
  expect(mesh.called('nodes.remove')).toEqual([{ node_id: 'node-1' }])
  await settled(() => mesh.push(nodeEvent('node.deregistered', mac)))
  expect(screen.queryByRole('alertdialog')).toBeNull()
})

it('says when the node of the address is not there', async () => {
  const { settled } = await show(mac)
  await settled(() => goTo('#/nodes/node-9'))
  expect(screen.getByText('This node is not in the mesh')).toBeDefined()
})

it('finds nodes by any words in what they say', () => {
  const gpu = aNode({ id: 'node-2', name: 'box', capabilities: capabilities({ gpu: true, tools: ['docker'] }) })
  const off = aNode({ id: 'node-3', name: 'nas', status: 'offline', admin_tags: ['attic'] })
  const names = (search: string, state: Parameters<typeof findNodes>[2]) =>
    findNodes([mac, gpu, off], search, state).map(({ name }) => name)
  expect(names('', 'all')).toEqual(['mac', 'box', 'nas'])
  expect(names('GPU dock', 'all')).toEqual(['box'])
  expect(names('attic', 'all')).toEqual(['nas'])
  expect(names('', 'ready')).toEqual(['mac', 'box'])
  expect(names('', 'offline')).toEqual(['nas'])
})

it('counts until the next midnight here', () => {
  expect(untilTomorrowS(new Date(2026, 0, 1, 22, 0, 0))).toBe(7_200)
  expect(untilTomorrowS(new Date(2026, 0, 1, 23, 59, 59))).toBe(60)
})
