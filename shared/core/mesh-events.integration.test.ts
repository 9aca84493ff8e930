/** What a program sees that follows the whole mesh over `/ws/events`: everything, in order, also after a break. */
import type { WebSocket } from 'ws'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { EventsWelcome, MeshEvent, MessageDelta } from '../contract/event.ts'
import { Arrivals } from '../testing/arrivals.ts'
import { aLoad } from '../testing/builders.ts'
import { adminToken } from '../testing/door-bench.ts'
import { MeshRig } from '../testing/mesh-rig.ts'

type Frame = MeshEvent | EventsWelcome | MessageDelta

let mesh: MeshRig
beforeEach(async () => {
  mesh = await MeshRig.start()
})
afterEach(() => mesh.stop())

interface Follower {
  readonly socket: WebSocket
  readonly welcome: EventsWelcome
  readonly events: MeshEvent[]
  /** All events up to the first of that type, that one included. */
  readonly upTo: (type: string) => Promise<MeshEvent[]>
  readonly frames: Arrivals<Frame>
}

async function follow(since?: string): Promise<Follower> {
  const frames = new Arrivals<Frame>()
  const events: MeshEvent[] = []
  const socket = mesh.socket(`/ws/events${since === undefined ? '' : `?since=${since}`}`, {
    authorization: `Bearer ${adminToken}`,
  })
  socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString()) as Frame))
  const welcome = (await frames.next()) as EventsWelcome
  const upTo = async (type: string): Promise<MeshEvent[]> => {
    for (;;) {
      const frame = (await frames.next((one) => 'seq' in one)) as MeshEvent
      events.push(frame)
      if (frame.type === type) return events
    }
  }
  return { socket, welcome, events, upTo, frames }
}

const typesOf = (events: readonly MeshEvent[]): string[] => events.map(({ type }) => type)
const isAboutState = ({ type }: MeshEvent): boolean => type !== 'node.updated' && type !== 'message.waiting'

it('tells of a node and of a message, each step once, in order, numbered without gaps', async () => {
  const follower = await follow()
  expect(follower.welcome).toEqual({ type: 'hello', boot_id: mesh.coordinator.bootId, seq: 0 })
  const mac = await mesh.node('mac')
  mac.answerAll()
  await mesh.send('hello')
  const events = await follower.upTo('message.succeeded')
  expect(typesOf(events.filter(isAboutState))).toEqual([
    'node.registered',
    'node.online',
    'message.queued',
    'message.offered',
    'message.started',
    'message.running',
    'message.succeeded',
  ])
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
})

it('gives a follower that comes back exactly what it missed', async () => {
  const mac = await mesh.node('mac')
  mac.answerAll()
  const before = await follow()
  await mesh.send('one')
  await before.upTo('message.succeeded')
  before.socket.terminate()
  const { seq } = before.events.at(-1)!

  const second = await mesh.send('two')
  await mesh.reaches(second, 'succeeded')
  const witness = mesh.coordinator.services.events.since(seq)
  const after = await follow(`${before.welcome.boot_id}:${seq}`)
  expect(after.welcome.type).toBe('hello')
  const missed = await after.upTo('message.succeeded')
  expect(missed).toEqual(witness?.slice(0, missed.length))
  expect(missed[0]?.seq).toBe(seq + 1)
  expect(typesOf(missed)).toContain('message.queued')
})

it('says gap to a follower that was away too long, or since before a restart, and goes on from now', async () => {
  const { bootId } = mesh.coordinator
  const mac = await mesh.node('mac')
  mac.answerAll()
  const { events } = mesh.coordinator.services
  // A heartbeat that pauses or resumes the node is an event of its own.
  const beat = (_: unknown, n: number) =>
    mesh.ask('POST', `/api/v1/nodes/${mac.id}/heartbeat`, { body: { load: aLoad({ paused: n % 2 === 0 }) } })
  while (events.since(1) !== null) await Promise.all(Array.from({ length: 100 }, beat))
  const late = await follow(`${bootId}:1`)
  expect(late.welcome).toMatchObject({ type: 'gap', boot_id: bootId })
  await mesh.send('from now on')
  const next = await late.upTo('message.queued')
  expect(next[0]!.seq).toBe(late.welcome.seq + 1)

  await mesh.coordinator.stop()
  await mesh.startCoordinator()
  const stranger = await follow(`${bootId}:${late.welcome.seq}`)
  expect(stranger.welcome.type).toBe('gap')
  expect(stranger.welcome.boot_id).not.toBe(bootId)
})

it('gives the text of a message as it comes, to those who watch it and to nobody else', async () => {
  const mac = await mesh.node('mac')
  const watching = await follow()
  const other = await follow()
  const id = await mesh.send('tell me')
  const turn = await mac.adapter.turns.next()
  await mesh.reaches(id, 'running')
  watching.socket.send(JSON.stringify({ type: 'watch', message_id: id }))
  turn.emit({ type: 'delta', offset: 0, text: 'so far' })
  const delta = await watching.frames.next(({ type }) => type === 'message.delta')
  expect(delta).toMatchObject({ data: { message_id: id, offset: 0, text: 'so far' } })
  turn.emit({ type: 'done', text: 'so far so good' })
  await watching.upTo('message.succeeded')
  await other.upTo('message.succeeded')
  expect(watching.events.at(-1)?.data).toMatchObject({ response: 'so far so good' })
  expect(other.events.at(-1)?.data).not.toHaveProperty('response')
  expect(other.frames.waiting.map(({ type }) => type)).not.toContain('message.delta')
})
