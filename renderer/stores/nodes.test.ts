import { expect, it } from 'vitest'
import { MeshError } from '../../shared/contract/error.ts'
import { aNode } from '../../shared/testing/builders.ts'
import { fakePage, nodeEvent } from '../testing/fake-mesh.ts'

const names = ({ page }: ReturnType<typeof fakePage>) => page.nodes.getState().nodes.map(({ name }) => name)

it('reads the nodes on connecting and sorts them by name as people do', async () => {
  const fake = fakePage()
  fake.mesh.answer('nodes.list', () => [
    aNode({ id: 'b', name: 'mac-10' }),
    aNode({ id: 'a', name: 'mac-2' }),
    aNode({ id: 'c', name: 'linux' }),
  ])
  await fake.connect()
  expect(names(fake)).toEqual(['linux', 'mac-2', 'mac-10'])
  expect(fake.page.nodes.getState().phase).toBe('ready')
})

it('follows what happens: a node joins, changes, is renamed, leaves', async () => {
  const fake = fakePage()
  await fake.connect()
  fake.mesh.push(nodeEvent('node.registered', aNode({ id: 'a', name: 'mac' })))
  fake.mesh.push(nodeEvent('node.registered', aNode({ id: 'b', name: 'vps' })))
  fake.mesh.push(nodeEvent('node.offline', aNode({ id: 'b', name: 'vps', status: 'offline' })))
  expect(fake.page.nodes.getState().nodes[1]?.status).toBe('offline')
  fake.mesh.push(nodeEvent('node.updated', aNode({ id: 'b', name: 'a-vps' })))
  expect(names(fake)).toEqual(['a-vps', 'mac'])
  fake.mesh.push(nodeEvent('node.deregistered', aNode({ id: 'a' })))
  expect(names(fake)).toEqual(['a-vps'])
})

it('loses no event that comes while the list is on its way', async () => {
  const fake = fakePage()
  const list = Promise.withResolvers<unknown>()
  fake.mesh.answer('nodes.list', () => list.promise)
  await fake.connect()
  fake.mesh.push(nodeEvent('node.busy', aNode({ id: 'a', status: 'busy' })))
  expect(names(fake)).toEqual([])
  list.resolve([aNode({ id: 'a' })])
  await fake.clock.settle()
  expect(fake.page.nodes.getState().nodes.map(({ status }) => status)).toEqual(['busy'])
})

it('keeps showing what it had when reading anew fails, with the reason, and recovers', async () => {
  const fake = fakePage()
  fake.mesh.answer('nodes.list', () => [aNode()])
  await fake.connect()
  fake.mesh.answer('nodes.list', () => {
    throw new MeshError('store_failed', 'The data cannot be read.')
  })
  await fake.page.nodes.getState().load()
  expect(fake.page.nodes.getState()).toMatchObject({ phase: 'failed', error: { code: 'store_failed' } })
  expect(names(fake)).toEqual(['linux-1'])
  fake.mesh.answer('nodes.list', () => [aNode()])
  await fake.page.nodes.getState().load()
  expect(fake.page.nodes.getState()).toMatchObject({ phase: 'ready', error: undefined })
})
