import { expect, it } from 'vitest'
import { MeshError } from '../../shared/contract/error.ts'
import { fakeClock } from '../../shared/testing/fake-clock.ts'
import { aNode } from '../../shared/testing/builders.ts'
import { fakeMesh, nodeEvent, unreachable } from '../testing/fake-mesh.ts'
import { type FeedState, LiveFeed } from './live-feed.ts'

function setUp() {
  const mesh = fakeMesh()
  const clock = fakeClock(0)
  const states: FeedState[] = []
  const opened: boolean[] = []
  const events: unknown[] = []
  const feed = new LiveFeed({
    transport: mesh.transport,
    clock,
    random: () => 1,
    onState: (state) => states.push(state),
    onEvent: (event) => events.push(event),
    onOpen: (resumed) => opened.push(resumed),
  })
  const hello = (resumed = false, seq = 5) => mesh.feed.listener.opened({ boot_id: 'boot-1', seq }, resumed)
  return { mesh, clock, states, opened, events, feed, hello, phase: () => states.at(-1)?.phase }
}

it('is live once the coordinator said hello, and asks for the state to be read', () => {
  const { feed, hello, phase, opened } = setUp()
  feed.start()
  expect(phase()).toBe('connecting')
  hello()
  expect(phase()).toBe('live')
  expect(opened).toEqual([false])
})

it('comes back where it left off, after waits that double up to 15 s', async () => {
  const { feed, mesh, clock, hello, states } = setUp()
  feed.start()
  hello()
  mesh.push({ ...nodeEvent('node.updated', aNode()), seq: 9 })
  const waits: number[] = []
  for (let round = 0; round < 7; round++) {
    mesh.feed.listener.closed(unreachable())
    const state = states.at(-1)
    if (state?.phase !== 'waiting') throw new Error('It does not wait.')
    waits.push(state.retryAt - clock.now())
    await clock.advance(state.retryAt - clock.now())
  }
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000])
  expect(mesh.feed.since).toEqual({ boot_id: 'boot-1', seq: 9 })
})

it('keeps its place at the newest event when an older one comes late', () => {
  const { feed, mesh, hello, events } = setUp()
  feed.start()
  hello()
  mesh.push({ ...nodeEvent('node.updated', aNode()), seq: 9 })
  mesh.push({ ...nodeEvent('node.updated', aNode()), seq: 7 })
  mesh.feed.listener.closed(unreachable())
  feed.retryNow()
  expect(mesh.feed.since?.seq).toBe(9)
  expect(events).toHaveLength(2)
})

it('asks again for the messages it watches after each connection', () => {
  const { feed, mesh, hello } = setUp()
  feed.start()
  const unwatch = feed.watch('msg-1')
  hello()
  expect([...mesh.feed.watched]).toEqual(['msg-1'])
  mesh.feed.listener.closed(unreachable())
  feed.retryNow()
  hello(true)
  expect([...mesh.feed.watched]).toEqual(['msg-1'])
  unwatch()
  expect([...mesh.feed.watched]).toEqual([])
})

it('gives up a connection on which nobody says hello', async () => {
  const { feed, mesh, clock, states } = setUp()
  feed.start()
  await clock.advance(10_000)
  expect(mesh.feeds[0]?.open).toBe(false)
  expect(states.some((state) => state.phase === 'waiting' && state.error.code === 'timeout')).toBe(true)
})

it('asks who it is when it was turned away, so that a refused token is heard of', () => {
  const { feed, mesh, hello } = setUp()
  feed.start()
  mesh.feed.listener.closed(unreachable())
  expect(mesh.called('session.whoami')).toHaveLength(1)
  feed.retryNow()
  hello()
  mesh.feed.listener.closed(unreachable())
  expect(mesh.called('session.whoami')).toHaveLength(1)
  feed.retryNow()
  hello()
  mesh.feed.listener.closed(new MeshError('unauthorized', 'The token was revoked.'))
  expect(mesh.called('session.whoami')).toHaveLength(2)
})

it('stops without a timer left, deaf to what an old connection still says', () => {
  const { feed, mesh, clock, hello, phase, events } = setUp()
  feed.start()
  hello()
  const old = mesh.feed
  feed.stop()
  old.listener.event(nodeEvent('node.updated', aNode()))
  old.listener.closed(unreachable())
  expect([phase(), old.open, clock.pending, events.length]).toEqual(['idle', false, 0, 0])
})
