import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { linkProtocol } from '../../contract/limits.ts'
import type { Hello } from '../../contract/link.ts'
import { aLoad, capabilities } from '../../testing/builders.ts'
import { CoordinatorRig } from '../../testing/coordinator-rig.ts'
import { aHello, FakeLink } from '../../testing/fake-link.ts'

let rig: CoordinatorRig
beforeEach(async () => {
  rig = await CoordinatorRig.start()
  await rig.services.nodes.register({
    name: 'linux-1',
    proposed_id: 'node-1',
    capabilities: capabilities(),
    version: '0.1.0',
  })
})
afterEach(() => rig.stop())

const open = (nodeId?: string) => FakeLink.open(rig.services.links, nodeId)
const join = (hello: Partial<Hello> = {}) => FakeLink.join(rig.services.links, hello)
const theNode = () => rig.services.nodes.get('node-1')

describe('the first frame', () => {
  it('is a hello, which is answered with a welcome that names the node and the protocol', async () => {
    const link = open()
    link.say(aHello())
    expect(await link.next('welcome')).toEqual({
      type: 'welcome',
      protocol: linkProtocol,
      coordinator_boot_id: rig.services.events.bootId,
      node_id: 'node-1',
      name: 'linux-1',
      version: '0.1.0',
    })
    expect(theNode().status).toBe('online')
  })

  it('has to come within five seconds', async () => {
    const link = open()
    await rig.clock.advance(5_000)
    expect(await link.next('reject')).toMatchObject({ final: false, error: { code: 'bad_frame' } })
    expect(link.closed).toBe(true)
  })

  it('of another type ends the link', async () => {
    const link = open()
    link.say({ type: 'bye', reason: 'shutdown' })
    expect(await link.next('reject')).toMatchObject({ error: { code: 'bad_frame' } })
  })

  it('for another node than the token is for is refused for good', async () => {
    const link = open()
    link.say(aHello({ node_id: 'node-2' }))
    expect(await link.next('reject')).toMatchObject({ final: true, error: { code: 'forbidden' } })
  })

  it('in another version of the protocol is refused, and both versions are named', async () => {
    const link = open()
    link.say(aHello({ protocol: linkProtocol + 1 }))
    const { error, final } = await link.next('reject')
    expect({ final, code: error.code }).toEqual({ final: true, code: 'protocol_mismatch' })
    expect(error.details).toMatchObject({ agent: linkProtocol + 1, coordinator: linkProtocol })
    expect(error.message).toContain(String(linkProtocol + 1))
  })

  it('of a node that was removed is refused for good', async () => {
    const link = open('node-gone')
    link.say(aHello({ node_id: 'node-gone' }))
    expect(await link.next('reject')).toMatchObject({ final: true, error: { code: 'node_removed' } })
  })
})

describe('two agents with one id', () => {
  it('of the same instance: the newer link counts, and the node was never offline', async () => {
    const old = await join()
    const told = rig.events.length
    const newer = await join()
    expect(old.closed).toBe(true)
    old.say({ type: 'heartbeat', load: aLoad({ cpu: 0.9 }), gateway: { adapter: 'demo', state: 'ok' } })
    expect(theNode()).toMatchObject({ status: 'online', load: { cpu: 0.1 } })
    expect(rig.events.slice(told).map(({ type }) => type)).not.toContain('node.offline')
    expect(newer.closed).toBe(false)
  })

  it('of two instances: the newcomer is turned away while the first one lives', async () => {
    const first = await join()
    const second = open()
    second.say(aHello({ instance: 'instance-2' }))
    expect(await second.next('reject')).toMatchObject({ final: true, error: { code: 'node_id_in_use' } })
    expect(first.pings).toBe(1)
    expect(first.closed).toBe(false)
  })

  it('of two instances: the newcomer takes over when the first one does not answer within two seconds', async () => {
    const first = await join()
    first.deaf = true
    const second = open()
    second.say(aHello({ instance: 'instance-2' }))
    await rig.clock.advance(1_999)
    expect(second.sent).toEqual([])
    await rig.clock.advance(1)
    await second.next('welcome')
    expect(first.closed).toBe(true)
  })

  it('of two instances: what the first one sent before its end does not keep the newcomer out', async () => {
    const first = await join()
    first.deaf = true
    const second = open()
    second.say(aHello({ instance: 'instance-2' }))
    await rig.clock.advance(1_000)
    first.say({ type: 'heartbeat', load: aLoad(), gateway: { adapter: 'demo', state: 'ok' } })
    await rig.clock.advance(1_000)
    await second.next('welcome')
    expect(second.sentOf('reject')).toEqual([])
  })

  it('that come at the same time are greeted one after the other', async () => {
    const links = ['a', 'b', 'c'].map((instance) => {
      const link = open()
      link.say(aHello({ instance }))
      return link
    })
    await rig.settle()
    expect(links.map((link) => link.sent[0]?.type)).toEqual(['welcome', 'reject', 'reject'])
  })
})

describe('what an agent sends', () => {
  it.each([
    ['is not JSON', '{"type":"heart'],
    ['is no object', '42'],
    ['has no known type', '{"type":"constructor"}'],
    ['lacks a field', '{"type":"accept","message_id":"m"}'],
    ['has an unknown field', '{"type":"accept","message_id":"m","attempt":1,"more":true}'],
    ['has a field of a wrong type', '{"type":"accept","message_id":"m","attempt":"1"}'],
  ])('ends that link when it %s, and the agent may dial again', async (_, text) => {
    const link = await join()
    link.sayText(text)
    expect(await link.next('reject')).toMatchObject({ final: false, error: { code: 'bad_frame' } })
    await rig.settle()
    expect(theNode().status).toBe('offline')
    await join()
    expect(theNode().status).toBe('online')
  })

  it('ends that link when it is binary', async () => {
    const link = await join()
    link.sayBinary(Buffer.from('{}'))
    expect(await link.next('reject')).toMatchObject({ error: { code: 'bad_frame' } })
  })

  it('ends that link when the parts of a result do not fit together', async () => {
    const link = await join()
    const ref = { message_id: 'msg-1', attempt: 1 }
    link.result(ref, { part: 0, parts: 3 })
    link.result(ref, { part: 2, parts: 3 })
    expect(await link.next('reject')).toMatchObject({ error: { code: 'bad_frame', details: ref } })
  })

  it('is ignored when it is a second hello', async () => {
    const link = await join()
    link.say(aHello({ name: 'renamed' }))
    await rig.settle()
    expect(theNode().name).toBe('linux-1')
    expect(link.closed).toBe(false)
  })

  it('shows in the registry: load, gateway, capabilities', async () => {
    const link = await join()
    link.say({ type: 'heartbeat', load: aLoad({ running: 4 }), gateway: { adapter: 'demo', state: 'ok' } })
    expect(theNode()).toMatchObject({ status: 'busy', load: { running: 4 } })
    link.say({ type: 'heartbeat', load: aLoad(), gateway: { adapter: 'demo', state: 'down' } })
    expect(theNode()).toMatchObject({ condition: 'gateway_down' })
    link.say({ type: 'capabilities', capabilities: capabilities({ tags: ['fast'] }) })
    expect(theNode().capabilities.tags).toEqual(['fast'])
  })

  it('last is bye: the node is offline at once', async () => {
    const link = await join()
    link.say({ type: 'bye', reason: 'shutdown' })
    expect(theNode().status).toBe('offline')
    expect(link.closed).toBe(true)
  })
})

describe('silence', () => {
  it('is answered with a ping after 2.5 s and ends the link after 8 s', async () => {
    const link = await join()
    link.deaf = true
    await rig.clock.advance(2_499)
    expect(link.pings).toBe(0)
    await rig.clock.advance(1)
    expect(link.pings).toBe(1)
    await rig.clock.advance(5_499)
    expect(theNode().status).toBe('online')
    await rig.clock.advance(1)
    expect(theNode().status).toBe('offline')
    expect(link.closed).toBe(true)
  })

  it('does not end a link whose agent answers pings', async () => {
    const link = await join()
    await rig.clock.advance(60_000)
    expect(theNode().status).toBe('online')
    expect(link.pings).toBeGreaterThan(5)
  })
})

it('lets one node have a few sockets only', async () => {
  const links = Array.from({ length: 9 }, () => open())
  expect(await links[8]!.next('reject')).toMatchObject({ error: { code: 'rate_limited' } })
  expect(links.filter(({ closed }) => closed)).toHaveLength(1)
})

it('tells every node that it is stopping, and that dialling again helps', async () => {
  const link = await join()
  await rig.restart()
  expect(await link.next('reject')).toMatchObject({ final: false, error: { code: 'draining' } })
})
