/** Nobody pays for a shutdown in order: the attempt is not charged, and the next one does not wait. The clock stands still here. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { CoordinatorRig } from '../../testing/coordinator-rig.ts'
import type { FakeLink } from '../../testing/fake-link.ts'

let rig: CoordinatorRig
let node: FakeLink
beforeEach(async () => {
  rig = await CoordinatorRig.start()
  node = await rig.node('node-1')
})
afterEach(() => rig.stop())

const attempts = async (id: string) => (await rig.services.messages.get(id)).attempts
const free = [{ node_id: 'node-1', charged: false }, { node_id: 'node-2' }]

it('an agent that stops after it was offered a message', async () => {
  const { id } = await rig.send()
  await node.next('offer')
  const other = await rig.node('node-2')
  node.say({ type: 'bye', reason: 'shutdown' })
  await other.answer('Here.')
  expect(await attempts(id)).toMatchObject(free)
})

it('an agent that stops after it was told to start and before it began', async () => {
  const { id } = await rig.send()
  await node.takeStart()
  const other = await rig.node('node-2')
  node.say({ type: 'bye', reason: 'shutdown' })
  await other.answer('Here.')
  expect(await attempts(id)).toMatchObject([{ outcome: 'never_began', error: { code: 'draining' } }, {}])
  expect(await attempts(id)).toMatchObject(free)
})

it('but a turn that began is waited for, since it goes on in the gateway', async () => {
  const { id } = await rig.send()
  const ref = await node.takeTurn()
  await rig.inState(id, 'running')
  const other = await rig.node('node-2')
  node.say({ type: 'bye', reason: 'restart' })
  await rig.settle()
  expect(other.sentOf('offer')).toEqual([])
  const back = await rig.node('node-1', { instance: 'instance-2', results: [ref] })
  back.result(ref, { text: 'Went on.' })
  await back.next('result_ack')
  expect(await rig.services.messages.get(id)).toMatchObject({ state: 'succeeded', attempts: [{ charged: true }] })
})

it.each(['draining', 'gateway_draining'] as const)(
  'a node that reports %s before the turn did anything',
  async (code) => {
    const { id } = await rig.send()
    const ref = await node.takeStart()
    const other = await rig.node('node-2')
    const error = { code, message: 'It is shutting down.' } as const
    node.result(ref, { outcome: 'failed', text: '', began: false, effects: 'none', error })
    await other.answer('Here.')
    expect(await attempts(id)).toMatchObject(free)
  },
)

it('a node that is drained finishes what it has, and what it refuses goes on', async () => {
  const running = await rig.send()
  const ref = await node.takeTurn()
  const other = await rig.node('node-2')
  await rig.services.nodes.update('node-1', { admin: 'draining' })
  const { id } = await rig.send()
  await other.answer('Here.')
  expect(await attempts(id)).toMatchObject([{ node_id: 'node-2' }])
  node.result(ref)
  await node.next('result_ack')
  expect(await attempts(running.id)).toMatchObject([{ outcome: 'succeeded' }])
  await rig.settle()
  expect(rig.services.nodes.get('node-1')).toMatchObject({ admin: 'disabled' })
})

it('a coordinator that restarts after it offered, and after it said start', async () => {
  const offered = await rig.send()
  await node.next('offer')
  const second = await rig.node('node-2')
  const told = await rig.send()
  const ref = await second.takeStart()
  await rig.restart()
  const [back] = [await rig.node('node-2'), await rig.node('node-1')]
  await rig.settle()
  expect((await attempts(offered.id))[0]).toMatchObject({ outcome: 'refused', charged: false })
  expect((await attempts(told.id))[0]).toMatchObject({ number: ref.attempt, outcome: 'never_began', charged: false })
  expect(back.closed).toBe(false)
  for (const { id } of [offered, told]) expect((await rig.services.messages.get(id)).attempt).toBe(2)
})
