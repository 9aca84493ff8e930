import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MessageEvent } from '../../contract/event.ts'
import { aLoad, capabilities } from '../../testing/builders.ts'
import { anOperator, CoordinatorRig } from '../../testing/coordinator-rig.ts'

let rig: CoordinatorRig
beforeEach(async () => {
  rig = await CoordinatorRig.start()
})
afterEach(() => rig.stop())

const oneSlot = { load: aLoad({ slots: 1 }) }
const get = (id: string) => rig.services.messages.get(id)
const told = (type: string) => rig.events.filter((event) => event.type === type) as MessageEvent[]

describe('a message that cannot go at once', () => {
  it('says why, since when and which place it has; the place follows the queue', async () => {
    const node = await rig.node('node-1', oneSlot)
    await rig.send()
    const ref = await node.takeTurn()
    const second = await rig.send()
    const third = await rig.send()
    await rig.settle()
    expect((await get(second.id)).waiting).toMatchObject({ reason: 'no_free_slot', position: 1 })
    expect((await get(third.id)).waiting).toMatchObject({ reason: 'no_free_slot', position: 2 })
    node.result(ref)
    await node.next('offer')
    await rig.settle()
    expect((await get(third.id)).waiting).toMatchObject({ position: 1 })
    expect((await rig.services.messages.list({ limit: 1 })).messages[0]?.waiting?.position).toBe(1)
    expect(told('message.waiting').map(({ data }) => data.message.id)).toEqual([second.id, third.id])
  })

  it('goes first when its priority is higher', async () => {
    const node = await rig.node('node-1', oneSlot)
    await rig.send()
    const ref = await node.takeTurn()
    await rig.send({ priority: 4 })
    const urgent = await rig.send({ priority: 1 })
    node.result(ref)
    expect(await node.next('offer')).toMatchObject({ message_id: urgent.id })
  })

  it('does not wait behind all messages of another sender', async () => {
    const node = await rig.node('node-1', oneSlot)
    await rig.send()
    const ref = await node.takeTurn()
    for (let n = 0; n < 5; n++) await rig.send()
    const other = await rig.send({}, anOperator)
    node.result(ref)
    const next = await node.next('offer')
    node.accept(next)
    node.begun(await node.next('start'))
    node.result(next)
    expect([next.message_id, (await node.next('offer')).message_id]).toContain(other.id)
  })

  it('expires when its time in the queue is up', async () => {
    await rig.node('node-1', { load: aLoad({ slots: 0 }) })
    const { id } = await rig.send({ queue_ttl_s: 20 })
    await rig.clock.advance(19_999)
    expect((await get(id)).state).toBe('queued')
    await rig.clock.advance(1)
    expect(await get(id)).toMatchObject({ state: 'expired', error: { code: 'message_expired' } })
  })

  it('fails after a minute when the nodes that could answer it stay offline', async () => {
    const node = await rig.node('node-1')
    node.cut()
    await rig.settle()
    const { id } = await rig.send()
    await rig.clock.advance(59_000)
    expect((await get(id)).waiting?.reason).toBe('offline')
    await rig.clock.advance(1_000)
    expect(await get(id)).toMatchObject({
      state: 'failed',
      error: {
        code: 'no_node_available',
        message: 'No node is available: node-1 is offline since 00:00 UTC.',
      },
    })
  })

  it('gives nodes a minute to come back after a restart of the coordinator', async () => {
    const node = await rig.node('node-1')
    node.cut()
    await rig.settle()
    const { id } = await rig.send()
    await rig.clock.advance(30_000)
    await rig.restart()
    await rig.clock.advance(59_000)
    expect((await get(id)).state).toBe('queued')
    await (await rig.node('node-1')).answer('Back.')
    expect((await get(id)).state).toBe('succeeded')
  })

  it('fails at once when the only node that could answer it is removed', async () => {
    await rig.node('node-1', { load: aLoad({ slots: 0 }) })
    const { id } = await rig.send()
    await rig.settle()
    await rig.services.nodes.remove('node-1')
    expect(await rig.inState(id, 'failed')).toMatchObject({
      error: { code: 'no_capable_node', message: 'No node has joined the mesh yet.' },
    })
  })

  it('goes as soon as a gateway is cured', async () => {
    const node = await rig.node('node-1', { gateway: { adapter: 'demo', state: 'token_refused' } })
    const { id } = await rig.send()
    await rig.when(id, ({ waiting }) => waiting?.reason === 'condition')
    node.say({ type: 'heartbeat', load: aLoad(), gateway: { adapter: 'demo', state: 'ok' } })
    await node.answer('Cured.')
    expect((await get(id)).waiting).toBeUndefined()
  })
})

describe('a conversation', () => {
  const turn = (content: string) => rig.send({ content, conversation: 'trip' })

  it('has one turn at a time, in order, whatever the priorities', async () => {
    const node = await rig.node('node-1')
    const first = await turn('one')
    const second = await rig.send({ content: 'two', conversation: 'trip', priority: 5 })
    const third = await rig.send({ content: 'three', conversation: 'trip', priority: 1 })
    const order: string[] = []
    for (let n = 0; n < 3; n++) {
      const offer = await node.next('offer')
      order.push(offer.message_id)
      await rig.settle()
      expect(node.sentOf('offer')).toHaveLength(n + 1)
      if (n === 0) expect((await get(second.id)).waiting?.reason).toBe('conversation')
      node.accept(offer)
      node.begun(await node.next('start'))
      node.result(offer)
      await node.next('result_ack')
    }
    expect(order).toEqual([first.id, second.id, third.id])
  })

  it('stays on its node, in one session, and needs no transcript there', async () => {
    const one = await rig.node('node-1')
    await rig.node('node-2', { load: aLoad({ running: 3 }) })
    await turn('one')
    const first = one.sent.length
    await one.answer('1')
    one.say({ type: 'heartbeat', load: aLoad({ running: 3, cpu: 1 }), gateway: { adapter: 'demo', state: 'ok' } })
    const { id } = await turn('two')
    const offer = await one.next('offer')
    expect(offer).toMatchObject({ message_id: id, context: [] })
    expect(one.sentOf('offer')[0]).toMatchObject({ session: offer.session })
    expect(first).toBeGreaterThan(0)
    // The offer may be on its way before it is written.
    await rig.settle()
    expect((await get(id)).affinity).toBe('hit')
  })

  it('of another sender with the same id has another session', async () => {
    const node = await rig.node('node-1')
    await turn('one')
    await rig.send({ content: 'one', conversation: 'trip' }, anOperator)
    const sessions = [await node.next('offer'), await node.next('offer')].map(({ session }) => session)
    expect(new Set(sessions).size).toBe(2)
  })

  it('moves with its transcript when its node is offline, and says so', async () => {
    const one = await rig.node('node-1')
    await turn('one')
    await one.answer('1')
    const two = await rig.node('node-2')
    one.cut()
    await rig.settle()
    const { id } = await turn('two')
    const offer = await two.next('offer')
    expect(offer.context).toEqual([
      { role: 'user', text: 'one' },
      { role: 'assistant', text: '1' },
    ])
    await rig.settle()
    expect(told('message.moved').map(({ data }) => data.message)).toMatchObject([{ id, affinity: 'repin' }])
  })

  it('waits ten seconds for a slot of its own node, then moves', async () => {
    const one = await rig.node('node-1', oneSlot)
    await turn('one')
    await one.answer('1')
    await rig.send({ requires: { node: 'node-1' } })
    await one.takeTurn()
    const two = await rig.node('node-2', oneSlot)
    const { id } = await turn('two')
    await rig.when(id, ({ waiting }) => waiting?.reason === 'pinned_busy')
    await rig.clock.advance(9_999)
    expect(two.sentOf('offer')).toEqual([])
    await rig.clock.advance(1)
    expect(await two.next('offer')).toMatchObject({ message_id: id })
    expect((await get(id)).affinity).toBe('repin')
  })

  it('makes an excursion for one message, and brings what was said there back home', async () => {
    const home = await rig.node('node-1')
    await turn('one')
    await home.answer('1')
    const away = await rig.node('node-2', { capabilities: capabilities({ tags: ['gpu-box'] }) })
    const { id } = await rig.send({ content: 'two', conversation: 'trip', requires: { tag: 'gpu-box' } })
    await away.answer('2')
    expect((await get(id)).affinity).toBe('excursion')
    await turn('three')
    expect(await home.next('offer')).toMatchObject({
      content: 'three',
      context: [
        { role: 'user', text: 'two' },
        { role: 'assistant', text: '2' },
      ],
    })
  })

  it('goes on after a turn that was interrupted', async () => {
    const node = await rig.node('node-1')
    const first = await turn('one')
    await node.takeTurn()
    const second = await turn('two')
    node.cut()
    await rig.node('node-1', { host_boot_id: 'host-boot-2' })
    await rig.inState(first.id, 'interrupted')
    await rig.inState(second.id, 'offered')
  })
})

it('serves a long queue in order, and turns nobody down before the queue is full', { timeout: 60_000 }, async () => {
  const node = await rig.node('node-1', { load: aLoad({ slots: 50 }) })
  const sent = await Promise.all(Array.from({ length: 1_000 }, (_, n) => rig.send({ priority: 1 + (n % 5) })))
  let served = 0
  while (served < 500) {
    await rig.settle()
    const offers = node.sentOf('offer').slice(served)
    expect(offers).toHaveLength(50)
    for (const offer of offers) node.accept(offer)
    await rig.settle()
    for (const offer of offers) node.begun(offer)
    for (const offer of offers) node.result(offer)
    served += offers.length
  }
  const urgent = sent.filter(({ priority }) => priority <= 2).map(({ id }) => id)
  // The first fifty went before anybody had to wait.
  const offered = new Set(node.sentOf('offer').map(({ message_id }) => message_id))
  expect(urgent.filter((id) => !offered.has(id))).toEqual([])
})

describe('when much fails at once', () => {
  it('no more is tried again than the budget has; the rest waits, says why, and goes later', async () => {
    const node = await rig.node('node-1', { load: aLoad({ slots: 64 }) })
    const error = { code: 'provider_failing', message: 'The model is away.' } as const
    const failed = { outcome: 'failed', text: '', began: true, effects: 'none', error } as const
    const ids: string[] = []
    for (let n = 0; n < 30; n++) {
      ids.push((await rig.send()).id)
      node.result(await node.takeTurn(), failed)
    }
    for (const id of ids) await rig.inState(id, 'queued')
    await rig.clock.advance(5_000)
    await rig.settle()
    // 30 fresh attempts allow 3 retries, and 10 are always allowed.
    const again = node.sentOf('offer').filter(({ attempt }) => attempt === 2)
    expect(again).toHaveLength(13)
    const messages = await Promise.all(ids.map(get))
    const held = messages.filter(({ waiting }) => waiting?.reason === 'retry_budget')
    expect(held.length).toBe(17)
    await rig.clock.advance(70_000)
    await rig.settle()
    const offered = node.sentOf('offer').filter(({ attempt }) => attempt >= 2)
    expect(new Set(offered.map(({ message_id }) => message_id)).size).toBeGreaterThan(13)
  })
})
