import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aLoad, capabilities } from '../../testing/builders.ts'
import { CoordinatorRig } from '../../testing/coordinator-rig.ts'

let rig: CoordinatorRig
beforeEach(async () => {
  rig = await CoordinatorRig.start()
})
afterEach(() => rig.stop())

const nodes = () => rig.services.nodes
const get = (id = 'node-1') => nodes().get(id)
const update = (change: Parameters<typeof rig.services.nodes.update>[1], id = 'node-1') => nodes().update(id, change)

describe('a node that an admin disables', () => {
  it('stays linked and online, finishes what runs, and gets no new message until it is enabled', async () => {
    const node = await rig.node('node-1')
    const first = await rig.send()
    const ref = await node.takeTurn()
    expect(await update({ admin: 'disabled' })).toMatchObject({
      ...{ admin: 'disabled', condition: 'disabled', status: 'online' },
    })
    const second = await rig.send()
    const waiting = await rig.when(second.id, (message) => message.waiting !== undefined)
    expect(waiting.waiting?.reason).toBe('condition')
    expect(waiting.decision?.reason).toBe('node-1 is disabled')
    node.result(ref)
    expect((await node.next('result_ack')).message_id).toBe(first.id)
    await rig.settle()
    expect(node.sentOf('offer')).toHaveLength(1)
    expect(node.closed).toBe(false)
    await update({ admin: 'active' })
    await node.answer('Here again.')
    expect((await rig.services.messages.get(second.id)).state).toBe('succeeded')
  })

  it('is found by name, tells everybody, and is still disabled after a restart', async () => {
    await rig.node('node-1', { name: 'Mac Mini' })
    await update({ admin: 'disabled' }, 'mac mini')
    expect(rig.events.at(-1)).toMatchObject({
      type: 'node.updated',
      data: { node: { id: 'node-1', admin: 'disabled', condition: 'disabled' } },
    })
    await rig.restart()
    await rig.node('node-1', { name: 'Mac Mini' })
    expect(get()).toMatchObject({ admin: 'disabled', condition: 'disabled', status: 'online' })
  })

  it('is not told to be busy because its gateway is away', async () => {
    await rig.node('node-1', { gateway: { adapter: 'demo', state: 'down' }, load: aLoad({ slots: 0 }) })
    await update({ admin: 'disabled' })
    expect(get().status).toBe('online')
  })

  it('loses its conversations to another node, with what was said', async () => {
    const one = await rig.node('node-1')
    await rig.send({ content: 'one', conversation: 'trip' })
    await one.answer('1')
    const two = await rig.node('node-2')
    await update({ admin: 'disabled' })
    await rig.send({ content: 'two', conversation: 'trip' })
    expect((await two.next('offer')).context.map(({ text }) => text)).toEqual(['one', '1'])
  })
})

describe('a node that is drained', () => {
  it('is disabled by itself once what runs there has finished', async () => {
    const node = await rig.node('node-1')
    const other = await rig.node('node-2', { load: aLoad({ running: 3 }) })
    await rig.send({ requires: { node: 'node-1' } })
    const ref = await node.takeTurn()
    expect(await update({ admin: 'draining' })).toMatchObject({ admin: 'draining', condition: 'draining' })
    const { id } = await rig.send()
    expect(await other.next('offer')).toMatchObject({ message_id: id })
    node.result(ref)
    await node.next('result_ack')
    await rig.settle()
    expect(get()).toMatchObject({ admin: 'disabled', condition: 'disabled', in_flight: 0 })
    expect(rig.events.at(-1)).toMatchObject({ type: 'node.updated', data: { node: { admin: 'disabled' } } })
    await rig.restart()
    expect(get().admin).toBe('disabled')
  })

  it('is disabled at once when nothing runs there', async () => {
    await rig.node('node-1')
    expect((await update({ admin: 'draining' })).admin).toBe('disabled')
  })

  it('goes on draining after a restart while its turn may still run', async () => {
    const node = await rig.node('node-1')
    await rig.send()
    const ref = await node.takeTurn()
    await update({ admin: 'draining' })
    await rig.restart()
    expect(get()).toMatchObject({ admin: 'draining', in_flight: 1 })
    const back = await rig.node('node-1', { begun: [ref] })
    back.result(ref)
    await back.next('result_ack')
    await rig.settle()
    expect(get().admin).toBe('disabled')
  })
})

describe('a node that is paused', () => {
  it('takes messages again by itself when its time is up', async () => {
    const node = await rig.node('node-1')
    expect(await update({ admin: 'paused', pause_for_s: 3_600 })).toMatchObject({
      ...{ admin: 'paused', condition: 'paused', paused_until: '2026-01-01T01:00:00.000Z' },
    })
    const { id } = await rig.send({ queue_ttl_s: 7_200 })
    await rig.clock.advance(3_599_999)
    expect(node.sentOf('offer')).toEqual([])
    await rig.clock.advance(1)
    await node.answer('Awake.')
    expect((await rig.services.messages.get(id)).state).toBe('succeeded')
    expect(get()).toMatchObject({ admin: 'active', condition: 'ok' })
    expect(get()).not.toHaveProperty('paused_until')
  })

  it('keeps its time over a restart, also when it passed meanwhile', async () => {
    await rig.node('node-1')
    await rig.node('node-2')
    await update({ admin: 'paused', pause_for_s: 60 })
    await update({ admin: 'paused', pause_for_s: 600 }, 'node-2')
    await rig.down()
    expect(rig.clock.pending).toBe(0)
    await rig.clock.advance(60_000)
    await rig.up()
    expect([get('node-1').admin, get('node-2').admin]).toEqual(['active', 'paused'])
    await rig.clock.advance(540_000)
    expect(get('node-2').admin).toBe('active')
  })

  it('without a time stays paused until it is resumed; a later pause replaces an earlier one', async () => {
    await rig.node('node-1')
    await update({ admin: 'paused', pause_for_s: 60 })
    await update({ admin: 'paused' })
    await rig.clock.advance(86_400_000)
    expect(get()).toMatchObject({ admin: 'paused' })
    expect((await update({ admin: 'active' })).condition).toBe('ok')
  })

  it('by its owner as well stays paused when the admin resumes it', async () => {
    await rig.node('node-1', { load: aLoad({ paused: true }) })
    await update({ admin: 'paused' })
    expect(await update({ admin: 'active' })).toMatchObject({ admin: 'active', condition: 'paused' })
  })
})

describe('tags of an admin', () => {
  it('count like those the node reports, which stay as they are', async () => {
    const node = await rig.node('node-1', { capabilities: capabilities({ tags: ['own'] }) })
    await rig.node('node-2')
    expect(await update({ tags: ['Fast', 'fast'] })).toMatchObject({
      admin_tags: ['Fast'],
      capabilities: { tags: ['own'] },
    })
    await rig.send({ requires: { tag: ['fast', 'own'] } })
    await node.answer('Here.')
    await rig.restart()
    expect(get().admin_tags).toEqual(['Fast'])
    await update({ tags: [] })
    await expect(rig.send({ requires: { tag: 'fast' } })).rejects.toMatchObject({
      ...{ code: 'no_capable_node', message: 'No node has tag:fast.' },
    })
  })
})

describe('the name an admin gives', () => {
  it('wins over the one the node reports, in this run and the next, also when it registers again', async () => {
    await rig.node('node-1', { name: 'mac' })
    await update({ name: 'Studio' })
    expect(get('studio').id).toBe('node-1')
    await rig.restart()
    expect((await rig.node('node-1', { name: 'mac' })).sentOf('welcome')[0]?.name).toBe('Studio')
    const machine = { name: 'mac', proposed_id: 'node-1', capabilities: capabilities(), version: '0.1.0' }
    expect(await nodes().register({ ...machine, node_token: 'token of node-1' })).toMatchObject({ name: 'Studio' })
  })

  it('is made unique', async () => {
    await rig.node('node-1')
    await rig.node('node-2')
    expect((await update({ name: 'NODE-2' })).name).toBe('NODE-2-2')
  })
})

it('changes nothing for good when it cannot be written', async () => {
  await rig.node('node-1', { name: 'mac' })
  await rig.settle()
  const putNode = rig.store.putNode.bind(rig.store)
  rig.store.putNode = () => Promise.reject(new Error('disk full'))
  await expect(update({ admin: 'disabled', name: 'other' })).rejects.toThrow('disk full')
  rig.store.putNode = putNode
  expect(get()).toMatchObject({ admin: 'active', condition: 'ok', name: 'mac' })
})

it('says which node there is none of', async () => {
  await expect(update({ admin: 'disabled' }, 'nas')).rejects.toMatchObject({ code: 'node_not_found' })
})
