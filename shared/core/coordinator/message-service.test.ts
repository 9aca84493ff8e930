import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { maxContentBytes } from '../../contract/limits.ts'
import { aLoad } from '../../testing/builders.ts'
import { anOperator, CoordinatorRig, theOwner } from '../../testing/coordinator-rig.ts'

let rig: CoordinatorRig
beforeEach(async () => {
  rig = await CoordinatorRig.start()
})
afterEach(() => rig.stop())

const send = (...input: Parameters<CoordinatorRig['services']['messages']['send']>) =>
  rig.services.messages.send(...input)
const content = 'Hello'

describe('send', () => {
  it('takes the sender from the token; only an admin may name another', async () => {
    await rig.node('node-1')
    expect((await send({ content }, anOperator)).message.sender).toBe('ann')
    expect((await send({ content, sender: 'ann' }, anOperator)).message.sender).toBe('ann')
    await expect(send({ content, sender: 'bob' }, anOperator)).rejects.toMatchObject({ code: 'forbidden' })
    expect((await send({ content, sender: 'bob' }, theOwner)).message.sender).toBe('bob')
  })

  it('to a node goes there, by id or by name in any case', async () => {
    await rig.node('node-1', { name: 'Mac Mini' })
    await rig.node('node-2')
    for (const to of ['node-1', 'mac mini']) {
      const { message } = await send({ content }, theOwner, { to })
      expect(message.requires).toEqual({ node: 'node-1' })
    }
    expect((await send({ content, requires: { node: 'NODE-2' } }, theOwner)).message.requires).toEqual({
      node: 'node-2',
    })
  })

  it('to a node that is not there names those that are', async () => {
    await rig.node('node-1', { name: 'mac-mini' })
    await expect(send({ content }, theOwner, { to: 'nas' })).rejects.toMatchObject({
      code: 'node_not_found',
      hint: expect.stringContaining('mac-mini'),
    })
  })

  it('refuses at once what no registered node can do, says what is missing, and keeps nothing', async () => {
    await rig.node('node-1')
    await expect(send({ content, requires: { skill: 'apple-notes' } }, theOwner)).rejects.toMatchObject({
      code: 'no_capable_node',
      message: expect.stringContaining('apple-notes'),
      details: { decision: { outcome: 'infeasible', nodes: [{ node_id: 'node-1', verdict: 'rejected' }] } },
    })
    expect((await rig.services.messages.list({ limit: 10 })).messages).toEqual([])
  })

  it('refuses a text of too many bytes', async () => {
    await rig.node('node-1')
    const tooLong = '猫'.repeat(Math.ceil(maxContentBytes / 3) + 1)
    await expect(send({ content: tooLong }, theOwner)).rejects.toMatchObject({ code: 'payload_too_large' })
  })

  it('takes nothing more once the coordinator is stopping', async () => {
    await rig.node('node-1')
    const { messages } = rig.services
    const stopping = rig.restart()
    await expect(messages.send({ content }, theOwner)).rejects.toMatchObject({ code: 'draining' })
    await stopping
  })

  it('hands over the turns that the caller brought along', async () => {
    const node = await rig.node('node-1')
    const context = [{ role: 'system', text: 'Be brief.' }] as const
    await send({ content }, theOwner, { context })
    expect((await node.next('offer')).context).toEqual(context)
  })
})

describe('an idempotency key', () => {
  const keyed = { content, idempotency_key: 'key-1' }

  it('stands for one message, also when both requests come at once', async () => {
    await rig.node('node-1')
    const [first, second] = await Promise.all([send(keyed, theOwner), send({ ...keyed }, theOwner)])
    expect([first.created, second.created].toSorted()).toEqual([false, true])
    expect(second.message.id).toBe(first.message.id)
  })

  it('with another body is a conflict, of another token another message', async () => {
    await rig.node('node-1')
    const first = await send(keyed, theOwner)
    await expect(send({ ...keyed, priority: 1 }, theOwner)).rejects.toMatchObject({ code: 'idempotency_conflict' })
    expect((await send(keyed, anOperator)).message.id).not.toBe(first.message.id)
  })

  it('finds its message even when the mesh could not take it now', async () => {
    await rig.node('node-1')
    const first = await send({ ...keyed, requires: { node: 'node-1' } }, theOwner)
    await rig.services.nodes.remove('node-1')
    const again = await send({ ...keyed, requires: { node: 'node-1' } }, theOwner)
    expect(again).toMatchObject({ created: false, message: { id: first.message.id } })
  })

  it('is not needed to attach to an equal message that is young enough', async () => {
    await rig.node('node-1')
    const first = await send({ content }, theOwner)
    await rig.clock.advance(599_000)
    expect((await send({ content }, theOwner, { attachWithinS: 600 })).message.id).toBe(first.message.id)
    await rig.clock.advance(2_000)
    expect((await send({ content }, theOwner, { attachWithinS: 600 })).created).toBe(true)
  })

  it('does not attach to a message that ended before any turn began: that one is sent again', async () => {
    const node = await rig.node('node-1')
    node.cut()
    await rig.settle()
    const first = await send({ content }, theOwner)
    await rig.clock.advance(60_000)
    expect(await rig.services.messages.get(first.message.id)).toMatchObject({
      state: 'failed',
      error: { code: 'no_node_available' },
    })
    const again = await send({ content }, theOwner, { attachWithinS: 600 })
    expect(again.created).toBe(true)
    await (await rig.node('node-1')).answer('Back.')
    expect((await send({ content }, theOwner, { attachWithinS: 600 })).message.id).toBe(again.message.id)
  })
})

describe('settled', () => {
  it('gives the message when it ends', async () => {
    const node = await rig.node('node-1')
    const { id } = await rig.send()
    const settles = rig.services.messages.settled(id, new AbortController().signal)
    await node.answer('Done.')
    expect(await settles).toMatchObject({ state: 'succeeded', response: 'Done.' })
    expect(await rig.services.messages.settled(id, new AbortController().signal)).toMatchObject({ state: 'succeeded' })
  })

  it('gives it as it is when nobody wants to wait any longer', async () => {
    const node = await rig.node('node-1')
    const { id } = await rig.send()
    const wait = new AbortController()
    const settles = rig.services.messages.settled(id, wait.signal)
    await node.takeTurn()
    await rig.inState(id, 'running')
    wait.abort()
    expect(await settles).toMatchObject({ state: 'running' })
  })

  it('throws message_not_found for what was never sent', async () => {
    const { signal } = new AbortController()
    await expect(rig.services.messages.settled('msg-none', signal)).rejects.toMatchObject({ code: 'message_not_found' })
  })
})

describe('a conversation', () => {
  it('is shown to its sender and to an admin, with its node and messages', async () => {
    const node = await rig.node('node-1')
    await rig.send({ conversation: 'trip' }, anOperator)
    await node.answer('Hi.')
    const { messages } = rig.services
    const seen = { sender: 'ann', node_id: 'node-1', messages: [{ state: 'succeeded' }] }
    expect(await messages.conversation('trip', anOperator)).toMatchObject(seen)
    expect(await messages.conversation('trip', theOwner)).toMatchObject(seen)
    const stranger = { ...anOperator, sender: 'bob' }
    await expect(messages.conversation('trip', stranger)).rejects.toMatchObject({ code: 'conversation_not_found' })
  })
})

it('counts nodes and messages for the overview', async () => {
  const node = await rig.node('node-1', { load: aLoad({ slots: 1 }) })
  await rig.send()
  await node.answer('Done.')
  await rig.send()
  await node.takeTurn()
  await rig.send()
  await rig.clock.advance(5_000)
  const stats = await rig.services.messages.stats()
  expect(stats).toMatchObject({
    nodes: { total: 1, online: 0, busy: 1, offline: 0 },
    messages: { queued: 1, running: 1, succeeded_24h: 1, failed_24h: 0 },
    uptime_s: 5,
    version: '0.1.0',
  })
  expect(stats.messages.per_minute.at(-1)).toBe(3)
})
