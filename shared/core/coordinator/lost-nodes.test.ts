import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AttemptRef, Hello } from '../../contract/link.ts'
import { CoordinatorRig } from '../../testing/coordinator-rig.ts'
import type { FakeLink } from '../../testing/fake-link.ts'

let rig: CoordinatorRig
let node: FakeLink
let id: string
beforeEach(async () => {
  rig = await CoordinatorRig.start()
  node = await rig.node('node-1')
  id = (await rig.send()).id
})
afterEach(() => rig.stop())

const message = () => rig.services.messages.get(id)
const comesBack = (hello: Partial<Hello> = {}) => rig.node('node-1', hello)
const attempt = (number: number): AttemptRef => ({ message_id: id, attempt: number })

describe('when the link is cut', () => {
  it('after the offer, the message goes to the next node', async () => {
    await node.next('offer')
    const other = await rig.node('node-2')
    node.cut()
    expect(await other.answer('Done.')).toEqual(attempt(2))
    expect((await message()).attempts.map(({ outcome }) => outcome)).toEqual(['refused', 'succeeded'])
  })

  it('after the accept and before the start, the message goes to the next node', async () => {
    const offer = await node.next('offer')
    const other = await rig.node('node-2')
    node.accept(offer)
    node.cut()
    expect(await other.answer('Done.')).toEqual(attempt(2))
    expect((await message()).attempts[0]).toMatchObject({ outcome: 'never_began', charged: false })
  })

  it('after the start, the message waits; the node that never heard it proves that, and gets it again', async () => {
    await node.takeStart()
    const other = await rig.node('node-2')
    node.cut()
    await rig.when(id, ({ node_lost_at }) => node_lost_at !== undefined)
    await rig.clock.advance(20_000)
    expect(other.sentOf('offer')).toEqual([])
    await comesBack()
    await rig.when(id, ({ attempt: number }) => number === 2)
    expect((await message()).attempts[0]?.outcome).toBe('never_began')
  })

  it('before the answer to an offer, the only node gets it again as soon as it is back', async () => {
    await node.next('offer')
    node.cut()
    await rig.settle()
    expect(await (await comesBack()).answer('Done.')).toEqual(attempt(2))
  })

  it('in which the node comes to say that it never began, it gets the message again at once', async () => {
    const ref = await node.takeStart()
    node.result(ref, { outcome: 'never_began', text: '', began: false, effects: 'none' })
    expect(await node.answer('Done.')).toEqual(attempt(2))
  })

  it('while the turn runs, the node that still has it carries on', async () => {
    const ref = await node.takeTurn()
    node.cut()
    await rig.when(id, ({ node_lost_at }) => node_lost_at !== undefined)
    const back = await comesBack({ begun: [ref] })
    await rig.when(id, ({ node_lost_at }) => node_lost_at === undefined)
    back.delta(ref, 0, 'Still')
    back.result(ref, { text: 'Still here.' })
    await back.next('result_ack')
    expect(await message()).toMatchObject({ state: 'succeeded', response: 'Still here.' })
  })

  it('while the turn runs, the node that finished meanwhile delivers its result', async () => {
    const ref = await node.takeTurn()
    node.cut()
    await rig.clock.advance(30_000)
    const back = await comesBack({ results: [ref] })
    await rig.clock.advance(40_000)
    expect((await message()).state).toBe('running')
    back.result(ref, { text: 'Finished alone.' })
    await back.next('result_ack')
    expect((await message()).response).toBe('Finished alone.')
  })

  it.each([
    ['the host was restarted', { host_boot_id: 'host-boot-2' }],
    ['the agent lost its database', { journal_id: 'journal-2' }],
  ])('while the turn runs and %s, the message is interrupted', async (_, hello) => {
    await node.takeTurn()
    node.cut()
    await comesBack(hello)
    expect(await rig.inState(id, 'interrupted')).toMatchObject({ error: { code: 'message_interrupted' } })
  })

  it('for too long, the message is interrupted; a late result still makes it succeed', async () => {
    const ref = await node.takeTurn()
    await rig.inState(id, 'running')
    node.cut()
    await rig.clock.advance(59_999)
    expect((await message()).state).toBe('running')
    await rig.clock.advance(1)
    expect((await message()).state).toBe('interrupted')
    const back = await comesBack({ results: [ref] })
    back.result(ref, { text: 'Better late.' })
    await back.next('result_ack')
    expect(await message()).toMatchObject({ state: 'succeeded', response: 'Better late.' })
  })

  it('and the message was cancelled meanwhile, the node hears it when it is back', async () => {
    const ref = await node.takeTurn()
    await rig.inState(id, 'running')
    node.cut()
    await rig.services.messages.cancel(id)
    const back = await comesBack({ begun: [ref] })
    expect(await back.next('cancel')).toEqual({ type: 'cancel', ...ref, reason: 'cancelled' })
    back.result(ref, { outcome: 'cancelled', text: '' })
    await rig.inState(id, 'cancelled')
  })

  it('and the message was cancelled and interrupted, the node is told even then', async () => {
    const ref = await node.takeTurn()
    await rig.inState(id, 'running')
    await rig.services.messages.cancel(id)
    node.cut()
    await rig.clock.advance(60_000)
    expect(await message()).toMatchObject({ state: 'interrupted', error: { details: { stop_unconfirmed: true } } })
    const back = await comesBack({ begun: [ref] })
    expect(await back.next('cancel')).toMatchObject(ref)
  })

  it('and comes back with turns nobody asked for, they are stopped', async () => {
    node.cut()
    const back = await comesBack({ begun: [{ message_id: 'msg-unknown', attempt: 1 }] })
    expect(await back.next('cancel')).toMatchObject({ message_id: 'msg-unknown', attempt: 1 })
  })

  it('for good because the node was removed, what ran there is interrupted at once', async () => {
    await node.takeTurn()
    await rig.services.nodes.remove('node-1')
    expect(await rig.inState(id, 'interrupted')).toMatchObject({ node_id: 'node-1' })
    expect(await node.next('reject')).toMatchObject({ final: true, error: { code: 'node_removed' } })
  })
})

describe('when the coordinator restarts', () => {
  it('a queued message is offered by the new one', async () => {
    await rig.down()
    await rig.up()
    const back = await comesBack()
    await back.answer('Done.')
    expect((await message()).state).toBe('succeeded')
  })

  it('an offered message goes back to the queue and is offered anew', async () => {
    await node.next('offer')
    await rig.restart()
    const back = await comesBack()
    expect(await back.next('offer')).toMatchObject(attempt(2))
  })

  it('a started message that the node never heard of is offered anew', async () => {
    await node.takeStart()
    await rig.restart()
    const back = await comesBack()
    expect(await back.next('offer')).toMatchObject(attempt(2))
    expect((await message()).attempts[0]?.outcome).toBe('never_began')
  })

  it('a running message goes on, and its result arrives', async () => {
    const ref = await node.takeTurn()
    await rig.inState(id, 'running')
    await rig.restart()
    const back = await comesBack({ begun: [ref] })
    back.result(ref, { text: 'Through it all.' })
    await back.next('result_ack')
    expect((await message()).response).toBe('Through it all.')
  })

  it('a running message is interrupted when its node was last heard in the life that it now comes back in', async () => {
    await node.takeTurn()
    await rig.inState(id, 'running')
    // The node came back after a loss of power, and we went down before anything was made of it.
    const [stored] = await rig.store.nodes()
    await rig.store.putNode({ ...stored!, host_boot_id: 'host-boot-2' })
    await rig.restart()
    await comesBack({ host_boot_id: 'host-boot-2' })
    await rig.inState(id, 'interrupted')
  })

  it('a running message whose host restarted too is interrupted', async () => {
    await node.takeTurn()
    await rig.inState(id, 'running')
    await rig.restart()
    await comesBack({ host_boot_id: 'host-boot-2' })
    await rig.inState(id, 'interrupted')
  })

  it('the node has a minute from the restart on to come back', async () => {
    await node.takeTurn()
    await rig.inState(id, 'running')
    await rig.down()
    await rig.clock.advance(600_000)
    await rig.up()
    await rig.clock.advance(59_000)
    expect((await message()).state).toBe('running')
    await rig.clock.advance(1_000)
    expect((await message()).state).toBe('interrupted')
  })

  it('an interrupted message waits on, and a late result ends it', async () => {
    const ref = await node.takeTurn()
    await rig.inState(id, 'running')
    node.cut()
    await rig.clock.advance(60_000)
    await rig.restart()
    expect((await message()).state).toBe('interrupted')
    const back = await comesBack({ results: [ref] })
    back.result(ref, { text: 'Better late.' })
    await back.next('result_ack')
    expect((await message()).state).toBe('succeeded')
  })

  it('a cancelled turn is stopped when its node is back', async () => {
    const ref = await node.takeTurn()
    await rig.inState(id, 'running')
    await rig.services.messages.cancel(id)
    await rig.restart()
    const back = await comesBack({ begun: [ref] })
    expect(await back.next('cancel')).toMatchObject(ref)
  })
})
