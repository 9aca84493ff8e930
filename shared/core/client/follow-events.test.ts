import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import type { MeshEvent } from '../../contract/event.ts'
import { followEvents } from './follow-events.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

const event = (seq: number) => ({
  seq,
  at: '2026-01-02T03:04:05Z',
  type: 'message.queued',
  data: {
    message: {
      id: `m${seq}`,
      state: 'queued',
      excerpt: 'hi',
      source: 'cli',
      sender: 'me',
      created_at: 'x',
      updated_at: 'x',
      attempt: 0,
      affinity: 'none',
    },
  },
})

/** A coordinator's events socket; each connection is handled by the next of `scripts`. */
async function serve(scripts: readonly ((socket: WebSocket) => void)[]) {
  const asked: { path: string | undefined; token: string | undefined }[] = []
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket, request) => {
    asked.push({ path: request.url, token: request.headers.authorization })
    scripts[asked.length - 1]?.(socket)
  })
  closers.push(() => {
    sockets.close()
    server.closeAllConnections()
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const send = (socket: WebSocket, ...frames: unknown[]) => {
  for (const frame of frames) socket.send(JSON.stringify(frame))
}
const hello = (seq: number) => ({ type: 'hello', boot_id: 'b1', seq })

it('yields events, and after a break goes on from the last one', async () => {
  const { asked, url } = await serve([
    (socket) => {
      send(socket, hello(4), event(5), { type: 'unheard.of' }, event(6))
      socket.close()
    },
    (socket) => send(socket, hello(6), event(7)),
  ])
  const stop = new AbortController()
  const seen: MeshEvent[] = []
  let breaks = 0
  const onBreak = () => {
    breaks++
  }
  for await (const item of followEvents({ url, token: 't', signal: stop.signal, onBreak, againMs: 1 })) {
    seen.push(item)
    if (item.seq === 7) stop.abort()
  }
  expect(seen.map(({ seq }) => seq)).toEqual([5, 6, 7])
  expect(breaks).toBe(1)
  expect(asked).toEqual([
    { path: '/ws/events', token: 'Bearer t' },
    { path: '/ws/events?since=b1%3A6', token: 'Bearer t' },
  ])
})

it('throws when nothing listens', async () => {
  const { url } = await serve([])
  for (const close of closers.splice(0)) close()
  const read = followEvents({ url, token: 't', signal: new AbortController().signal })
  await expect(read.next()).rejects.toMatchObject({ code: 'coordinator_unreachable' })
})

it('throws when the token is refused', async () => {
  const server = createServer()
  server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n'))
  closers.push(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const read = followEvents({ url, token: 't', signal: new AbortController().signal })
  await expect(read.next()).rejects.toMatchObject({ code: 'unauthorized' })
})
