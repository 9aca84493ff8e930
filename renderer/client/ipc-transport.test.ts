import { expect, it } from 'vitest'
import type { IpcBridge, IpcRequest } from '../../shared/contract/ipc.ts'
import { aNode } from '../../shared/testing/builders.ts'
import { nodeEvent } from '../testing/fake-mesh.ts'
import { createDesktopClient } from './desktop-client.ts'
import { createIpcTransport, findBridge } from './ipc-transport.ts'

function setUp(answer: (request: IpcRequest) => unknown = () => ({ ok: true })) {
  const asked: IpcRequest[] = []
  const listeners = new Set<(push: unknown) => void>()
  const bridge: IpcBridge = {
    call: async (request) => {
      asked.push(request)
      return answer(request)
    },
    onPush: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  const push = (value: unknown) => {
    for (const listener of [...listeners]) listener(value)
  }
  return { bridge, asked, listeners, push }
}

function listen(bridge: IpcBridge) {
  const heard: unknown[] = []
  const feed = createIpcTransport(bridge).openFeed(undefined, {
    opened: (position, resumed) => heard.push([position, resumed]),
    event: (event) => heard.push(event.type),
    closed: (error) => heard.push(error.code),
  })
  return { heard, feed }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))

it('calls over the bridge, leaves out what has no value, and gives errors their class back', async () => {
  const { bridge, asked } = setUp(({ name }) =>
    name === 'nodes.list'
      ? { ok: true, value: [] }
      : { ok: false, error: { code: 'forbidden', message: 'Only looking.' } },
  )
  const { call } = createIpcTransport(bridge)
  expect(await call('nodes.list', { tag: undefined })).toEqual([])
  expect(asked).toEqual([{ door: 'mesh', name: 'nodes.list', input: {} }])
  await expect(call('messages.send', { content: 'hi' })).rejects.toMatchObject({ name: 'MeshError', code: 'forbidden' })
})

it.each([
  ['an answer that does not fit', { ok: true, value: [{ id: 'node-1' }] }, 'protocol_mismatch'],
  ['no envelope', 'nonsense', 'internal'],
])('does not take %s', async (_, reply, code) => {
  const { bridge } = setUp(() => reply)
  await expect(createIpcTransport(bridge).call('nodes.list', {})).rejects.toMatchObject({ code })
})

it('hears its own feed until it ends, once', async () => {
  const { bridge, asked, push, listeners } = setUp()
  const { heard, feed } = listen(bridge)
  push({ type: 'feed.opened', feed_id: 1, boot_id: 'boot-1', seq: 3, resumed: false })
  push({ type: 'feed.event', feed_id: 2, event: nodeEvent('node.online', aNode()) })
  push({ type: 'feed.event', feed_id: 1, event: nodeEvent('node.online', aNode()) })
  push({ type: 'feed.event', feed_id: 1, event: { type: 'node.online' } })
  feed.watch('msg-1', true)
  push({ type: 'feed.closed', feed_id: 1, error: { code: 'coordinator_unreachable', message: 'Gone.' } })
  push({ type: 'feed.closed', feed_id: 1, error: { code: 'coordinator_unreachable', message: 'Gone.' } })
  feed.close()
  await turn()
  expect(heard).toEqual([[{ boot_id: 'boot-1', seq: 3 }, false], 'node.online', 'coordinator_unreachable'])
  expect(asked.map(({ name, input }) => [name, input])).toEqual([
    ['open', { feed_id: 1 }],
    ['watch', { feed_id: 1, message_id: 'msg-1', on: true }],
  ])
  expect(listeners.size).toBe(0)
})

it('ends with the reason why a feed could not be opened, and silently when it is closed from here', async () => {
  const refused = setUp(() => ({ ok: false, error: { code: 'coordinator_unreachable', message: 'None.' } }))
  const { heard } = listen(refused.bridge)
  await turn()
  expect(heard).toEqual(['coordinator_unreachable'])
  const open = setUp()
  const closed = listen(open.bridge)
  closed.feed.close()
  open.push({ type: 'feed.closed', feed_id: 1, error: { code: 'internal', message: '' } })
  expect(closed.heard).toEqual([])
  expect(open.asked.map(({ name }) => name)).toEqual(['open', 'close'])
})

it('tells the app’s pushes to whom they concern', async () => {
  const { bridge, push, asked } = setUp(() => ({ ok: true, value: null }))
  const client = createDesktopClient(bridge)
  const heard: unknown[] = []
  const stops = [client.onOpen((open) => heard.push(open)), client.onJoinLink((link) => heard.push(link))]
  push({ type: 'desktop.open', open: { view: 'nodes' } })
  push({ type: 'desktop.open', open: { view: 'elsewhere' } })
  push({ type: 'desktop.join_link', link: { coordinator_url: 'https://mesh.example' } })
  for (const stop of stops) stop()
  push({ type: 'desktop.open', open: { view: 'nodes' } })
  expect(heard).toMatchObject([{ view: 'nodes' }, { link: { coordinator_url: 'https://mesh.example' } }])
  expect(await client.call('desktop.join_link')).toBeNull()
  expect(asked).toEqual([{ door: 'desktop', name: 'desktop.join_link', input: {} }])
  await expect(client.call('desktop.state')).rejects.toMatchObject({ code: 'invalid_input' })
})

it('finds no app around a page in a browser', () => {
  expect(findBridge({})).toBeUndefined()
  expect(findBridge({ clawMesh: { call: 1 } })).toBeUndefined()
  const { bridge } = setUp()
  expect(findBridge({ clawMesh: bridge })).toBe(bridge)
})
