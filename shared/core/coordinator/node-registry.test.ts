import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RegisterNode } from '../../contract/node.ts'
import { aLoad, capabilities } from '../../testing/builders.ts'
import { CoordinatorRig } from '../../testing/coordinator-rig.ts'

let rig: CoordinatorRig
beforeEach(async () => {
  rig = await CoordinatorRig.start()
})
afterEach(() => rig.stop())

const machine: RegisterNode = { name: 'mac', proposed_id: 'node-a', capabilities: capabilities(), version: '0.1.0' }
const register = (overrides: Partial<RegisterNode> = {}) => rig.services.nodes.register({ ...machine, ...overrides })
const nodeEvents = () => rig.events.map(({ type }) => type).filter((type) => type.startsWith('node.'))

describe('register', () => {
  it('grants the proposed id and gives a token for it', async () => {
    expect(await register()).toEqual({ node_id: 'node-a', name: 'mac', token: 'token of node-a' })
    expect(rig.tokens.verify('token of node-a')).toMatchObject({ scope: 'node', nodeId: 'node-a' })
    expect(rig.services.nodes.get('node-a')).toMatchObject({ status: 'offline', in_flight: 0, last_heartbeat: null })
    expect(nodeEvents()).toEqual(['node.registered'])
  })

  it('gives a cloned machine another id and name', async () => {
    await register()
    const clone = await register()
    expect(clone.node_id).toMatch(/^node-[0-9a-f]{16}$/)
    expect(clone.name).toBe('mac-2')
  })

  it('gives two machines that propose one id at the same time two ids', async () => {
    const [one, two] = await Promise.all([register(), register()])
    expect(one.node_id).not.toBe(two.node_id)
    expect(one.name).not.toBe(two.name)
  })

  it('gives the id again to who shows its token, which stays valid', async () => {
    const { token } = await register()
    expect(await register({ node_token: token, name: 'Mac Mini' })).toEqual({
      node_id: 'node-a',
      name: 'Mac Mini',
      token,
    })
    expect(rig.services.nodes.list()).toHaveLength(1)
  })

  it('does not take the token of another node for proof', async () => {
    await register()
    const other = await register({ proposed_id: 'node-b', name: 'nas' })
    expect((await register({ node_token: other.token })).node_id).not.toBe('node-a')
  })
})

describe('nodes', () => {
  it('are found by id, then by name in any case', async () => {
    await register({ name: 'Mac Mini' })
    const { nodes } = rig.services
    expect(nodes.get('node-a').name).toBe('Mac Mini')
    expect(nodes.get('ＭＡＣ mini').id).toBe('node-a')
    expect(() => nodes.get('nas')).toThrow(expect.objectContaining({ code: 'node_not_found' }))
  })

  it('come back offline after a restart, with what was known of them', async () => {
    await rig.node('node-a', { name: 'mac', capabilities: capabilities({ tags: ['fast'] }) })
    await rig.clock.advance(60_000)
    await rig.restart()
    const [node] = rig.services.nodes.list()
    expect(node).toMatchObject({ id: 'node-a', name: 'mac', status: 'offline', capabilities: { tags: ['fast'] } })
    expect(node?.last_heartbeat).toBe('2026-01-01T00:00:00.000Z')
  })

  it('tell of their status: online, busy, offline', async () => {
    const link = await rig.node('node-a')
    link.say({ type: 'heartbeat', load: aLoad({ running: 4 }), gateway: { adapter: 'demo', state: 'ok' } })
    link.say({ type: 'heartbeat', load: aLoad(), gateway: { adapter: 'demo', state: 'ok' } })
    link.cut()
    await rig.settle()
    expect(nodeEvents()).toEqual(['node.registered', 'node.online', 'node.busy', 'node.online', 'node.offline'])
  })

  it('tell of their load once a second at most, of their gateway at once', async () => {
    const link = await rig.node('node-a')
    const before = nodeEvents().length
    for (let n = 1; n <= 5; n++)
      link.say({ type: 'heartbeat', load: aLoad({ cpu: n / 10 }), gateway: { adapter: 'demo', state: 'ok' } })
    expect(nodeEvents().slice(before)).toEqual([])
    await rig.clock.advance(1_000)
    expect(nodeEvents().slice(before)).toEqual(['node.updated'])
    expect(rig.events.at(-1)?.data).toMatchObject({ node: { load: { cpu: 0.5 } } })
    link.say({ type: 'heartbeat', load: aLoad({ cpu: 0.5 }), gateway: { adapter: 'demo', state: 'token_refused' } })
    expect(rig.events.at(-1)).toMatchObject({ type: 'node.updated', data: { node: { condition: 'token_refused' } } })
  })

  it('may report their load over HTTP, which does not make them online', async () => {
    await register()
    rig.services.nodes.heartbeat('node-a', { load: aLoad({ cpu: 0.7 }) })
    expect(rig.services.nodes.get('node-a')).toMatchObject({
      status: 'offline',
      load: { cpu: 0.7 },
      last_heartbeat: '2026-01-01T00:00:00.000Z',
    })
  })

  it('that get another name of their own get it made unique', async () => {
    await rig.node('node-a', { name: 'mac' })
    const link = await rig.node('node-b', { name: 'MAC' })
    expect(link.sentOf('welcome')[0]?.name).toBe('MAC-2')
  })
})

describe('remove', () => {
  it('takes node and token away, ends the link for good, and says so', async () => {
    const link = await rig.node('node-a')
    await rig.services.nodes.remove('node-a')
    expect(await link.next('reject')).toMatchObject({ final: true, error: { code: 'node_removed' } })
    expect(rig.tokens.verify('token of node-a')).toBeUndefined()
    expect(rig.events.at(-1)).toMatchObject({ type: 'node.deregistered', data: { node: { status: 'offline' } } })
    await rig.restart()
    expect(rig.services.nodes.list()).toEqual([])
  })

  it('throws node_not_found for a node that is not there', async () => {
    await expect(rig.services.nodes.remove('node-x')).rejects.toMatchObject({ code: 'node_not_found' })
  })
})
