import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { MeshError } from '../../../shared/contract/error.ts'
import type { IpcPush } from '../../../shared/contract/ipc.ts'
import { Feeds } from './feeds.ts'

class FakeSocket extends EventEmitter {
  readyState = 1
  sent: unknown[] = []
  ended = false
  send(text: string): void {
    this.sent.push(JSON.parse(text))
  }
  terminate(): void {
    this.ended = true
    this.emit('close')
  }
  hear(frame: unknown): void {
    this.emit('message', Buffer.from(JSON.stringify(frame)))
  }
}

function setUp(access: { url: string; token: string } | undefined = { url: 'http://127.0.0.1:9180', token: 'secret' }) {
  const pushed: IpcPush[] = []
  const sockets: { url: string; token: string; socket: FakeSocket }[] = []
  const feeds = new Feeds({
    access: () => access,
    push: (push) => pushed.push(push),
    connect: (url, token) => {
      const socket = new FakeSocket()
      sockets.push({ url: url.href, token, socket })
      return socket as never
    },
  })
  return { feeds, pushed, sockets }
}
const delta = { type: 'message.delta', at: 'now', data: { message_id: 'msg-1', attempt: 1, offset: 0, text: 'hi' } }

it('goes on where the window was, with the token it never sees', async () => {
  const { feeds, pushed, sockets } = setUp()
  await feeds.door('open', { feed_id: 1, since: { boot_id: 'boot-1', seq: 7 } })
  expect(sockets[0]).toMatchObject({ url: 'ws://127.0.0.1:9180/ws/events?since=boot-1%3A7', token: 'secret' })
  sockets[0]?.socket.hear({ type: 'hello', boot_id: 'boot-1', seq: 9 })
  sockets[0]?.socket.hear(delta)
  sockets[0]?.socket.hear({ type: 'of a later version' })
  expect(pushed).toEqual([
    { type: 'feed.opened', feed_id: 1, boot_id: 'boot-1', seq: 7, resumed: true },
    { type: 'feed.event', feed_id: 1, event: delta },
  ])
  expect(JSON.stringify(pushed)).not.toContain('secret')
})

it('says that events are missing after a gap', async () => {
  const { feeds, pushed, sockets } = setUp()
  await feeds.door('open', { feed_id: 1, since: { boot_id: 'boot-1', seq: 7 } })
  sockets[0]?.socket.hear({ type: 'gap', boot_id: 'boot-2', seq: 3 })
  expect(pushed).toEqual([{ type: 'feed.opened', feed_id: 1, boot_id: 'boot-2', seq: 3, resumed: false }])
})

it('watches a message, and a watch that ends does not end the feed', async () => {
  const { feeds, pushed, sockets } = setUp()
  await feeds.door('open', { feed_id: 1 })
  await feeds.door('watch', { feed_id: 1, message_id: 'msg-1', on: true })
  await feeds.door('watch', { feed_id: 9, message_id: 'msg-1', on: true })
  sockets[0]?.socket.hear({ type: 'error', message_id: 'msg-1', error: { code: 'message_not_found', message: 'No.' } })
  expect(sockets[0]?.socket.sent).toEqual([{ type: 'watch', message_id: 'msg-1' }])
  expect(pushed).toEqual([])
})

it.each([
  ['unauthorized', (socket: FakeSocket) => socket.emit('unexpected-response', {}, { statusCode: 401 })],
  [
    'unauthorized',
    (socket: FakeSocket) => socket.hear({ type: 'error', error: { code: 'unauthorized', message: 'No.' } }),
  ],
  ['coordinator_unreachable', (socket: FakeSocket) => socket.emit('error', new Error('refused'))],
  ['coordinator_unreachable', (socket: FakeSocket) => socket.emit('close')],
  ['protocol_mismatch', (socket: FakeSocket) => socket.emit('message', Buffer.from('nonsense'))],
])('tells once why a feed ended: %s', async (code, happens) => {
  const { feeds, pushed, sockets } = setUp()
  await feeds.door('open', { feed_id: 1 })
  const socket = sockets[0]?.socket ?? new FakeSocket()
  happens(socket)
  socket.hear(delta)
  socket.emit('close')
  expect(pushed).toMatchObject([{ type: 'feed.closed', feed_id: 1, error: { code } }])
  expect(socket.ended).toBe(true)
})

it('says nothing more of a feed that the window closed, and closes all with a reason', async () => {
  const { feeds, pushed, sockets } = setUp()
  await feeds.door('open', { feed_id: 1 })
  await feeds.door('close', { feed_id: 1 })
  expect(pushed).toEqual([])
  await feeds.door('open', { feed_id: 2 })
  feeds.closeAll(new MeshError('coordinator_unreachable', 'Moved.'))
  expect(pushed).toMatchObject([{ type: 'feed.closed', feed_id: 2 }])
  expect(sockets.every(({ socket }) => socket.ended)).toBe(true)
})

it('checks what it is asked, and holds few feeds', async () => {
  const { feeds } = setUp()
  await expect(feeds.door('open', { feed_id: 0 })).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(feeds.door('toString', {})).rejects.toMatchObject({ code: 'route_not_found' })
  for (const feed_id of [1, 2, 3, 4]) await feeds.door('open', { feed_id })
  await expect(feeds.door('open', { feed_id: 5 })).rejects.toMatchObject({ code: 'rate_limited' })
  feeds.closeAll()
})
