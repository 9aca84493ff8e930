import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { resolveWithinS } from '../../contract/limits.ts'
import type { AttemptRef } from '../../contract/link.ts'
import { aLoad } from '../../testing/builders.ts'
import { anOperator, CoordinatorRig, theOwner } from '../../testing/coordinator-rig.ts'
import type { FakeLink } from '../../testing/fake-link.ts'

let rig: CoordinatorRig
let node: FakeLink
beforeEach(async () => {
  rig = await CoordinatorRig.start()
  node = await rig.node('node-1')
})
afterEach(() => rig.stop())

const service = () => rig.services.messages
const dayMs = resolveWithinS * 1_000

/** A message whose node went silent in the midst of its turn. */
async function interrupted(input: Parameters<CoordinatorRig['send']>[0] = {}): Promise<AttemptRef> {
  const { id } = await rig.send(input)
  const ref = await node.takeTurn()
  await rig.inState(id, 'running')
  node.cut()
  await rig.clock.advance(60_000)
  await rig.inState(id, 'interrupted')
  return ref
}

describe('resolving', () => {
  it('runs it again on another node, and the first node’s late result is no second reply', async () => {
    const ref = await interrupted()
    const other = await rig.node('node-2')
    expect(await service().resolve(ref.message_id, 'rerun')).toMatchObject({ state: 'queued', attempt: 1 })
    const second = await other.takeTurn()
    expect(second).toMatchObject({ message_id: ref.message_id, attempt: 2 })
    const back = await rig.node('node-1', { results: [ref] })
    back.result(ref, { text: 'From the first.' })
    await back.next('result_ack')
    other.result(second, { text: 'From the second.' })
    await other.next('result_ack')
    expect(await service().get(ref.message_id)).toMatchObject({
      ...{ state: 'succeeded', response: 'From the second.', node_id: 'node-2' },
      attempts: [{ outcome: 'late', late: { text: 'From the first.' } }, { outcome: 'succeeded' }],
    })
  })

  it('lets the first node’s result count while nobody else was told to start', async () => {
    const ref = await interrupted()
    const other = await rig.node('node-2')
    await service().resolve(ref.message_id, 'rerun')
    await other.next('offer')
    const back = await rig.node('node-1', { results: [ref] })
    back.result(ref, { text: 'Here after all.' })
    await back.next('result_ack')
    expect(await service().get(ref.message_id)).toMatchObject({ state: 'succeeded', response: 'Here after all.' })
    expect(await other.next('cancel')).toMatchObject({ message_id: ref.message_id, attempt: 2 })
  })

  it.each(['rerun', 'fail'] as const)('with %s tells a node that is at it again to stop', async (action) => {
    const ref = await interrupted()
    const back = await rig.node('node-1', { begun: [ref], load: aLoad({ slots: 0 }) })
    await service().resolve(ref.message_id, action)
    expect(await back.next('cancel')).toMatchObject(ref)
  })

  it('tells a node to stop that comes back to it before it was run again', async () => {
    const ref = await interrupted()
    await service().resolve(ref.message_id, 'rerun')
    const back = await rig.node('node-1', { begun: [ref], load: aLoad({ slots: 0 }) })
    expect(await back.next('cancel')).toMatchObject(ref)
  })

  it('is only for interrupted messages', async () => {
    const { id } = await rig.send()
    const not = { code: 'message_not_interrupted', details: { message_id: id } }
    await expect(service().resolve(id, 'rerun')).rejects.toMatchObject(not)
    await node.answer('Done.')
    await rig.inState(id, 'succeeded')
    await expect(service().resolve(id, 'fail')).rejects.toMatchObject(not)
    await expect(service().resolve('nobody', 'fail')).rejects.toMatchObject({ code: 'message_not_found' })
  })

  it('runs nothing again that was asked to stop', async () => {
    const { message_id: id } = await interrupted()
    await service().cancel(id)
    await expect(service().resolve(id, 'rerun')).rejects.toMatchObject({ code: 'stop_unconfirmed' })
    expect(await service().resolve(id, 'fail')).toMatchObject({ state: 'failed' })
  })

  it('gives a rerun its whole time in the queue, however long it was interrupted', async () => {
    const { message_id: id } = await interrupted({ queue_ttl_s: 30 })
    await rig.clock.advance(3_600_000)
    await service().resolve(id, 'rerun')
    await rig.clock.advance(29_000)
    expect(await service().get(id)).toMatchObject({ state: 'queued' })
    await rig.clock.advance(1_000)
    expect(await service().get(id)).toMatchObject({ state: 'expired' })
  })

  it('keeps the order of a conversation: what came first goes first', async () => {
    const { message_id: first } = await interrupted({ conversation: 'talk' })
    const { id: second } = await rig.send({ conversation: 'talk' })
    await service().resolve(first, 'rerun')
    const back = await rig.node('node-1')
    expect((await back.answer('One.')).message_id).toBe(first)
    expect((await back.answer('Two.')).message_id).toBe(second)
  })

  it('has those who follow it see the second turn from the start, without an end in between', async () => {
    const { message_id: id } = await interrupted()
    const other = await rig.node('node-2')
    await service().resolve(id, 'rerun')
    await other.answer('Done.')
    await rig.inState(id, 'succeeded')
    const types: string[] = []
    for await (const { event } of service().follow(id, { signal: AbortSignal.timeout(5_000) })) types.push(event.type)
    expect(types).not.toContain('message.interrupted')
    expect(types.at(-1)).toBe('message.succeeded')
  })
})

describe('nobody says what becomes of it', () => {
  it('so it fails a day after it was interrupted', async () => {
    const { message_id: id } = await interrupted()
    await rig.clock.advance(dayMs - 1)
    expect((await service().get(id)).state).toBe('interrupted')
    await rig.clock.advance(1)
    expect(await rig.inState(id, 'failed')).toMatchObject({ error: { details: { resolved: 'lapsed' } } })
  })

  it('which goes on counting over a restart of the coordinator', async () => {
    const { message_id: id } = await interrupted()
    await rig.clock.advance(dayMs / 2)
    await rig.restart()
    await rig.clock.advance(dayMs / 2 - 1)
    expect((await service().get(id)).state).toBe('interrupted')
    await rig.clock.advance(1)
    await rig.inState(id, 'failed')
  })

  it('and the time passed while the coordinator was down', async () => {
    const { message_id: id } = await interrupted()
    await rig.down()
    await rig.clock.advance(2 * dayMs)
    await rig.up()
    await rig.inState(id, 'failed')
  })

  it('each of many at its own time', async () => {
    const { message_id: first } = await interrupted()
    await rig.clock.advance(1_000_000)
    node = await rig.node('node-1')
    const { message_id: second } = await interrupted()
    const sinceFirst = 1_060_000
    await rig.clock.advance(dayMs - sinceFirst)
    await rig.inState(first, 'failed')
    expect((await service().get(second)).state).toBe('interrupted')
    await rig.clock.advance(sinceFirst)
    await rig.inState(second, 'failed')
  })
})

describe('replaying', () => {
  /** A message that failed on its node. */
  async function dead(input: Parameters<CoordinatorRig['send']>[0] = {}, caller = theOwner): Promise<string> {
    const { id } = await rig.send(input, caller)
    const ref = await node.takeTurn()
    const error = { code: 'gateway_rejected', message: 'It will not.' } as const
    node.result(ref, { outcome: 'failed', text: '', began: true, effects: 'possible', error })
    await rig.inState(id, 'failed')
    return id
  }

  it('sends what was asked again, as a new message; each knows the other, also after a restart', async () => {
    const id = await dead({ content: 'Say hi', conversation: 'talk', priority: 1 })
    const { message, created } = await service().replay(id, theOwner)
    expect(created).toBe(true)
    expect(message).toMatchObject({ content: 'Say hi', conversation: 'talk', priority: 1, replay_of: id })
    expect(message.id).not.toBe(id)
    expect((await node.answer('Hi')).message_id).toBe(message.id)
    await rig.inState(message.id, 'succeeded')
    await rig.restart()
    expect(await service().get(id)).toMatchObject({ state: 'failed', replayed_as: message.id })
    const [newest, old] = (await service().list({ limit: 10 })).messages
    expect(newest).toMatchObject({ id: message.id, replay_of: id })
    expect(old).toMatchObject({ id, replayed_as: message.id })
  })

  it('with the same key is done once, also when nothing new would be taken', async () => {
    const id = await dead()
    const { message } = await service().replay(id, theOwner, 'key')
    await service().cancel(message.id)
    await rig.services.nodes.remove('node-1')
    expect(await service().replay(id, theOwner, 'key')).toMatchObject({ created: false, message: { id: message.id } })
    await expect(service().replay(id, theOwner, 'other')).rejects.toMatchObject({ code: 'no_capable_node' })
  })

  it('refuses a key that was used for something else', async () => {
    const id = await dead({ idempotency_key: 'key' })
    await expect(service().replay(id, theOwner, 'key')).rejects.toMatchObject({ code: 'idempotency_conflict' })
    expect(await service().get(id)).not.toHaveProperty('replayed_as')
  })

  it('is not for what is under way, answered, interrupted or unknown', async () => {
    const { id } = await rig.send()
    const not = { code: 'message_not_replayable' }
    await expect(service().replay(id, theOwner)).rejects.toMatchObject(not)
    await node.answer('Done.')
    await rig.inState(id, 'succeeded')
    await expect(service().replay(id, theOwner)).rejects.toMatchObject(not)
    const { message_id } = await interrupted()
    await expect(service().replay(message_id, theOwner)).rejects.toMatchObject(not)
    await expect(service().replay('nobody', theOwner)).rejects.toMatchObject({ code: 'message_not_found' })
  })

  it('of a cancelled message is possible, and of another’s is the admin’s alone', async () => {
    const { id } = await rig.send({}, anOperator)
    await service().cancel(id)
    expect((await service().replay(id, anOperator)).message.sender).toBe('ann')
    expect((await service().replay(id, theOwner)).message.sender).toBe('ann')
    const owners = await rig.send()
    await service().cancel(owners.id)
    await expect(service().replay(owners.id, anOperator)).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('begins with a list of dead letters, each with its reason', async () => {
    const failed = await dead()
    const cancelled = await rig.send()
    await service().cancel(cancelled.id)
    node.cut()
    const expired = await rig.send({ queue_ttl_s: 1 })
    await rig.clock.advance(1_000)
    await rig.inState(expired.id, 'expired')
    const { messages } = await service().list({ limit: 10, dead_letters: true })
    expect(messages.map(({ id, error }) => [id, error?.code])).toEqual([
      [expired.id, 'message_expired'],
      [failed, 'gateway_rejected'],
    ])
    const page = await service().list({ limit: 1, dead_letters: true })
    expect(page.next_cursor).not.toBeNull()
    expect((await service().list({ limit: 10, dead_letters: true, state: 'failed' })).messages).toHaveLength(1)
  })
})

describe('with on_failure: wait', () => {
  it('a message waits for the node that failed it, where another could take it', async () => {
    await rig.stop()
    rig = await CoordinatorRig.start({ on_failure: 'wait' })
    node = await rig.node('node-1')
    const { id } = await rig.send()
    const ref = await node.takeTurn()
    const other = await rig.node('node-2')
    const error = { code: 'provider_failing', message: 'The model is away.' } as const
    node.result(ref, { outcome: 'failed', text: '', began: true, effects: 'none', error })
    await rig.inState(id, 'queued')
    await rig.clock.advance(2_000)
    expect(await node.answer('Done.')).toMatchObject({ message_id: id, attempt: 2 })
    await rig.inState(id, 'succeeded')
    expect(other.sentOf('offer')).toEqual([])
  })

  it('goes elsewhere once that node has left the mesh', async () => {
    await rig.stop()
    rig = await CoordinatorRig.start({ on_failure: 'wait' })
    node = await rig.node('node-1')
    const { id } = await rig.send()
    const ref = await node.takeTurn()
    const other = await rig.node('node-2')
    const error = { code: 'provider_failing', message: 'The model is away.' } as const
    node.result(ref, { outcome: 'failed', text: '', began: true, effects: 'none', error })
    await rig.inState(id, 'queued')
    await rig.services.nodes.remove('node-1')
    await rig.clock.advance(2_000)
    expect(await other.answer('Done.')).toMatchObject({ message_id: id })
  })
})
