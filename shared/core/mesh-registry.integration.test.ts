/** Who is a node of the mesh: names and ids, copies of machines, leaving, being removed, and what a node's token may do. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MeshNode } from '../contract/node.ts'
import { joinToken } from '../testing/door-bench.ts'
import { MeshRig } from '../testing/mesh-rig.ts'
import type { RigNode } from '../testing/rig-node.ts'
import { systemClock } from './platform/clock.ts'
import { deregister } from './agent/registration.ts'

let mesh: MeshRig
beforeEach(async () => {
  mesh = await MeshRig.start()
})
afterEach(() => mesh.stop())

const tokenOf = async (node: RigNode): Promise<string> => (await node.identity.read())!.token

describe('two agents with one id', () => {
  it('a cloned machine, which proposes the same id, is given one of its own', async () => {
    const mac = await mesh.node('mac', { proposedId: 'node-0123456789abcdef' })
    const clone = await mesh.node('mac', { proposedId: 'node-0123456789abcdef' })
    expect(mac.id).toBe('node-0123456789abcdef')
    expect(clone.id).not.toBe(mac.id)
    expect([mac, clone].map(({ agent }) => agent.state.name)).toEqual(['mac', 'mac-2'])
    await clone.stop()
    await clone.start()
    await clone.linked()
    expect((await clone.identity.read())?.node_id).toBe(clone.id)
    expect(mac.agent.state.status).toBe('linked')
  })

  it('a copied folder is turned down while the first agent lives, which is not disturbed', async () => {
    const mac = await mesh.node('mac')
    const id = await mesh.send('hello')
    const turn = await mac.adapter.turns.next()
    const copy = await mesh.machine('mac')
    await copy.identity.write((await mac.identity.read())!)
    await copy.start()
    const { problem } = await copy.state(({ status }) => status === 'rejected')
    expect(problem).toMatchObject({ code: 'node_id_in_use', hint: expect.stringContaining('claw-mesh leave') })
    turn.emit({ type: 'done', text: 'undisturbed' })
    expect(await mesh.reaches(id, 'succeeded')).toMatchObject({ response: 'undisturbed', attempt: 1 })
    expect(mac.agent.state.status).toBe('linked')
    expect(mac.tap.passed.filter((type) => type === 'hello')).toHaveLength(1)
    // It has given up for good.
    expect(copy.tap.passed.filter((type) => type === 'hello')).toHaveLength(1)
  })

  it('a copied folder takes over from an agent that does not answer any more', async () => {
    const relay = await mesh.relay()
    const mac = await mesh.node('mac', { relay })
    relay.stall()
    const copy = await mesh.machine('mac')
    await copy.identity.write((await mac.identity.read())!)
    await copy.start()
    await copy.linked()
    copy.answerAll(() => 'from the new one')
    expect(await mesh.reaches(await mesh.send('hello'), 'succeeded')).toMatchObject({
      response: 'from the new one',
      node_id: mac.id,
    })
  })
})

describe('the registry', () => {
  it('survives a restart of the coordinator: nodes are offline until they link, then the same as before', async () => {
    const relay = await mesh.relay()
    const nodes = [await mesh.node('mac', { relay, tags: ['desk'] }), await mesh.node('linux', { relay })]
    const before = nodes.map(({ id, agent }) => ({ id, name: agent.state.name }))
    relay.cut()
    await mesh.coordinator.stop()
    await mesh.startCoordinator()
    const listed = (await mesh.ask<MeshNode[]>('GET', '/api/v1/nodes')).body
    expect(listed.map(({ id, name, status }) => ({ id, name, status }))).toEqual(
      before.map((node) => ({ ...node, status: 'offline' })),
    )
    expect(listed[0]?.capabilities.tags).toEqual(['desk'])
    relay.mend()
    for (const { id, name } of before) expect((await mesh.sees(name, { status: 'online' })).id).toBe(id)
  })

  it('gives each node a name of its own, whatever the case', async () => {
    const names = []
    for (const name of ['nas', 'NAS', 'nas']) names.push((await mesh.node(name)).agent.state.name)
    expect(names).toEqual(['nas', 'NAS-2', 'nas-3'])
  })

  it('lets a node that is kicked stop dialling and say why, and refuses its token', async () => {
    const mac = await mesh.node('mac')
    const { node_id, token } = (await mac.identity.read())!
    expect((await mesh.ask('DELETE', `/api/v1/nodes/${node_id}`)).status).toBe(204)
    const { problem } = await mac.state(({ status }) => status === 'rejected')
    expect(problem).toMatchObject({ code: 'node_removed', hint: expect.stringContaining('claw-mesh join') })
    expect((await mesh.ask<MeshNode[]>('GET', '/api/v1/nodes')).body).toEqual([])
    expect(await mesh.ask('POST', `/api/v1/nodes/${node_id}/heartbeat`, { body: {}, token })).toMatchObject({
      status: 410,
      body: { error: { code: 'node_removed' } },
    })
    expect(await mac.identity.read()).toBeUndefined()
  })

  it('ends what a kicked node was working on as interrupted, and gives the rest to others', async () => {
    const mac = await mesh.node('mac')
    const id = await mesh.send('hello')
    await mac.adapter.turns.next()
    await mesh.reaches(id, 'running')
    await mesh.ask('DELETE', `/api/v1/nodes/${mac.id}`)
    expect((await mesh.reaches(id, 'interrupted')).error?.message).toContain('removed')
  })

  it('lets a node take itself out, after which it can join anew', async () => {
    const mac = await mesh.node('mac')
    const identity = (await mac.identity.read())!
    await mac.stop('leave')
    await deregister(identity, { signal: AbortSignal.timeout(5_000), clock: systemClock })
    expect(mesh.nodeNamed('mac')).toBeUndefined()
    await mac.identity.clear()
    await mac.start()
    await mac.linked()
    expect(await tokenOf(mac)).not.toBe(identity.token)
    expect(mesh.nodeNamed('mac')?.status).toBe('online')
  })
})

describe('the token of a node', () => {
  it('acts for that node only, and for nothing that people do', async () => {
    const [mac, linux] = [await mesh.node('mac'), await mesh.node('linux')]
    const token = await tokenOf(mac)
    const forbidden: [string, string, unknown?][] = [
      ['DELETE', `/api/v1/nodes/${linux.id}`],
      ['DELETE', '/api/v1/nodes/linux'],
      ['POST', `/api/v1/nodes/${linux.id}/heartbeat`, {}],
      ['GET', '/api/v1/nodes'],
      ['GET', '/api/v1/messages'],
      ['POST', '/api/v1/route', { content: 'hello' }],
      ['POST', `/api/v1/route/${linux.id}`, { content: 'hello' }],
      ['POST', '/v1/chat/completions', { model: 'claw-mesh', messages: [{ role: 'user', content: 'hello' }] }],
      ['GET', '/api/v1/session'],
      ['POST', '/api/v1/nodes/register', { name: 'x' }],
    ]
    for (const [method, route, body] of forbidden) {
      const answer = await mesh.ask(method, route, { token, body })
      expect([method, route, answer.status, answer.body.error.code]).toEqual([method, route, 403, 'forbidden'])
    }
    expect((await mesh.ask('POST', `/api/v1/nodes/${mac.id}/heartbeat`, { body: {}, token })).status).toBe(204)
    expect((await mesh.ask<MeshNode[]>('GET', '/api/v1/nodes')).body).toHaveLength(2)
    expect(linux.adapter.begun).toEqual([])
  })

  it('cannot be had by proposing the id of another node, with or without a wrong proof', async () => {
    const mac = await mesh.node('mac')
    const linux = await mesh.node('linux')
    const { capabilities, version } = mesh.nodeNamed('mac')!
    const body = { name: 'thief', proposed_id: mac.id, capabilities, version }
    for (const node_token of [undefined, 'cm_node_guess', await tokenOf(linux)]) {
      const granted = await mesh.ask<{ node_id: string; token: string }>('POST', '/api/v1/nodes/register', {
        body: { ...body, ...(node_token === undefined ? {} : { node_token }) },
        token: joinToken,
      })
      expect(granted.status).toBe(201)
      expect(granted.body.node_id).not.toBe(mac.id)
    }
    expect(mac.agent.state.status).toBe('linked')
  })
})
