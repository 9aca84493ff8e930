import { expect, it } from 'vitest'
import type { MeshError } from '../../shared/contract/error.ts'
import { aNode } from '../../shared/testing/builders.ts'
import { nodeEvent } from '../testing/fake-mesh.ts'
import { openEventSocket } from './event-socket.ts'
import type { FeedEvent, FeedPosition } from './transport.ts'

function setUp(since?: FeedPosition, origin = 'http://localhost:9180') {
  const socket = {
    readyState: 1,
    sent: [] as unknown[],
    closed: 0,
    onopen: null as (() => void) | null,
    onmessage: null as ((event: { data: unknown }) => void) | null,
    onclose: null as (() => void) | null,
    onerror: null as (() => void) | null,
    send: (text: string) => void socket.sent.push(JSON.parse(text)),
    close: () => {
      socket.closed++
    },
  }
  const heard = {
    url: '',
    opened: [] as [FeedPosition, boolean][],
    events: [] as FeedEvent[],
    closed: [] as MeshError[],
  }
  const connection = openEventSocket(
    {
      origin,
      token: 'secret',
      openSocket: (url) => {
        heard.url = url
        return socket as unknown as WebSocket
      },
    },
    since,
    {
      opened: (position, resumed) => heard.opened.push([position, resumed]),
      event: (event) => heard.events.push(event),
      closed: (error) => heard.closed.push(error),
    },
  )
  return { socket, heard, connection, receive: (frame: unknown) => socket.onmessage?.({ data: JSON.stringify(frame) }) }
}

it('signs in with its first frame and keeps the token out of the address', () => {
  const { socket, heard } = setUp({ boot_id: 'boot-1', seq: 7 })
  socket.onopen?.()
  expect(socket.sent).toEqual([{ type: 'auth', token: 'secret' }])
  expect(heard.url).toBe('ws://localhost:9180/ws/events?since=boot-1%3A7')
})

it('goes over TLS where the page does', () => {
  expect(setUp(undefined, 'https://mesh.local').heard.url).toBe('wss://mesh.local/ws/events')
})

it('goes on from its place after hello, and from the coordinator’s after a gap or another run', () => {
  const since = { boot_id: 'boot-1', seq: 7 }
  const resumed = setUp(since)
  resumed.receive({ type: 'hello', boot_id: 'boot-1', seq: 9 })
  expect(resumed.heard.opened).toEqual([[{ boot_id: 'boot-1', seq: 7 }, true]])
  const gap = setUp(since)
  gap.receive({ type: 'gap', boot_id: 'boot-2', seq: 3 })
  expect(gap.heard.opened).toEqual([[{ boot_id: 'boot-2', seq: 3 }, false]])
})

it('passes events on, and passes over kinds it does not know', () => {
  const { heard, receive } = setUp()
  const event = nodeEvent('node.online', aNode())
  receive(event)
  receive({ seq: 1, type: 'rule.changed', at: '', data: {} })
  expect(heard.events).toEqual([event])
  expect(heard.closed).toEqual([])
})

it.each([
  ['an event that does not fit', JSON.stringify({ seq: 1, type: 'node.online', at: '', data: { node: {} } })],
  ['no JSON', 'nonsense'],
  ['a list', '[]'],
])('ends, saying that versions do not fit, at %s', (_, data) => {
  const { socket, heard } = setUp()
  socket.onmessage?.({ data })
  expect(heard.closed.map(({ code }) => code)).toEqual(['protocol_mismatch'])
  expect(socket.closed).toBe(1)
})

it('ends with the coordinator’s reason, told once', () => {
  const { socket, heard, receive } = setUp()
  receive({ type: 'error', error: { code: 'unauthorized', message: 'Unknown token.' } })
  socket.onclose?.()
  expect(heard.closed.map(({ code }) => code)).toEqual(['unauthorized'])
})

it('lives on when only a watch ended', () => {
  const { heard, receive } = setUp()
  receive({ type: 'error', message_id: 'msg-1', error: { code: 'message_not_found', message: 'No such message.' } })
  expect(heard.closed).toEqual([])
})

it('asks for a message and lets it go; closed from here it says nothing more', () => {
  const { socket, heard, connection } = setUp()
  connection.watch('msg-1', true)
  connection.watch('msg-1', false)
  connection.close()
  socket.onclose?.()
  expect(socket.sent).toEqual([
    { type: 'watch', message_id: 'msg-1' },
    { type: 'unwatch', message_id: 'msg-1' },
  ])
  expect(heard.closed).toEqual([])
})
