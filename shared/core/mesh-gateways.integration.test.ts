/** Gateways that fail in every way a gateway can, and what users and the rest of the mesh see of it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ErrorBody } from '../contract/error.ts'
import type { GatewayEvent } from './gateway/adapter.ts'
import type { FakeTurn } from '../testing/fake-adapter.ts'
import { MeshRig } from '../testing/mesh-rig.ts'
import { messageOf, type RigNode } from '../testing/rig-node.ts'

let mesh: MeshRig
let mac: RigNode
let linux: RigNode

beforeEach(async () => {
  mesh = await MeshRig.start()
  ;[mac, linux] = await Promise.all([mesh.node('mac'), mesh.node('linux')])
})
afterEach(async () => {
  mesh.expectEachRunOnce()
  await mesh.stop()
})

const down: ErrorBody = { code: 'gateway_down', message: 'The gateway does not answer.', hint: 'Start it.' }
const failed = (more: Partial<Extract<GatewayEvent, { type: 'failed' }>>): GatewayEvent => ({
  type: 'failed',
  error: down,
  began: false,
  effects: 'none',
  text: '',
  ...more,
})

/** The next turn, whichever node got the message. */
async function nextTurn(): Promise<{ turn: FakeTurn; at: RigNode; other: RigNode }> {
  const at = await mesh.until(() => [mac, linux].find(({ adapter }) => adapter.turns.waiting.length > 0))
  return { turn: await at.adapter.turns.next(), at, other: at === mac ? linux : mac }
}

describe('a turn', () => {
  it('that failed before it began goes to the next node', async () => {
    const id = await mesh.send('hello')
    const { turn, other } = await nextTurn()
    turn.emit(failed({}))
    const second = await nextTurn()
    expect([second.at, second.turn.attempt.run_id]).toEqual([other, `${id}.2`])
    second.turn.emit({ type: 'done', text: 'from the other' })
    const { attempts } = await mesh.reaches(id, 'succeeded')
    expect(attempts.map(({ outcome, error }) => [outcome, error?.code])).toEqual([
      ['failed', 'gateway_down'],
      ['succeeded', undefined],
    ])
  })

  it('that failed after it may have done something is not run again, and says why', async () => {
    const id = await mesh.send('hello')
    const { turn, other } = await nextTurn()
    const error: ErrorBody = { code: 'provider_failing', message: 'The model broke off.' }
    turn.emit({ type: 'tool', name: 'exec', phase: 'start' }, failed({ error, began: true, text: 'I have de' }))
    const message = await mesh.reaches(id, 'failed')
    expect(message).toMatchObject({ error, attempt: 1, response: 'I have de' })
    expect(other.adapter.begun).toEqual([])
    const asked = await mesh.ask('GET', `/api/v1/messages/${id}`)
    expect(asked.status).toBe(200)
  })

  it('that the gateway turned down as the caller’s mistake is told to the caller at once', async () => {
    const asked = mesh.ask('POST', '/api/v1/route', { body: { content: 'hello' } })
    const { turn, other } = await nextTurn()
    turn.emit(failed({ error: { code: 'gateway_rejected', message: 'content: is not allowed there.' } }))
    expect(await asked).toMatchObject({ status: 422, body: { error: { code: 'gateway_rejected' } } })
    expect(other.adapter.begun).toEqual([])
  })

  it('that fails everywhere fails the message after three attempts', async () => {
    const id = await mesh.send('hello')
    for (let attempt = 1; attempt <= 3; attempt++) {
      const { turn } = await nextTurn()
      expect(turn.attempt.run_id).toBe(`${id}.${attempt}`)
      turn.emit(failed({}))
    }
    expect(await mesh.reaches(id, 'failed')).toMatchObject({ error: down, attempt: 3 })
  })

  it('that is lost with its gateway is settled, and interrupted when nobody can tell', async () => {
    const id = await mesh.send('hello')
    const { turn, at, other } = await nextTurn()
    turn.emit({ type: 'delta', offset: 0, text: 'half' }, { type: 'lost', error: down, text: 'half' })
    const settling = await at.adapter.settlings.next()
    expect(settling.attempt.run_id).toBe(turn.attempt.run_id)
    await mesh.reaches(id, 'running')
    const error: ErrorBody = { code: 'message_interrupted', message: 'The gateway has the question, no answer.' }
    settling.answer({ state: 'interrupted', error })
    expect(await mesh.reaches(id, 'interrupted')).toMatchObject({ error, attempt: 1 })
    expect(other.adapter.begun).toEqual([])
  })

  it('that was lost and turns out to have ended gives its answer', async () => {
    const id = await mesh.send('hello')
    const { turn, at } = await nextTurn()
    turn.emit({ type: 'lost', error: down, text: '' })
    const settling = await at.adapter.settlings.next()
    settling.answer({ state: 'succeeded', text: 'it was there all along' })
    expect(await mesh.reaches(id, 'succeeded')).toMatchObject({ response: 'it was there all along', attempt: 1 })
  })

  it('of a gateway that breaks off without a word is a typed failure, never an answer', async () => {
    const id = await mesh.send('hello')
    const { turn } = await nextTurn()
    turn.emit({ type: 'delta', offset: 0, text: 'and then' })
    turn.breakOff()
    expect((await mesh.reaches(id, 'failed')).error).toMatchObject({ code: 'gateway_bad_reply' })
  })

  it('whose answer outgrows every limit is stopped, and what came before the limit is kept', async () => {
    const id = await mesh.send('hello')
    const { turn } = await nextTurn()
    turn.emit({ type: 'delta', offset: 16 * 1024 * 1024, text: 'more' })
    await turn.aborted
    turn.emit({ type: 'cancelled', text: 'what came' })
    expect(await mesh.reaches(id, 'failed')).toMatchObject({
      error: { code: 'answer_too_large' },
      response: 'what came',
    })
  })
})

describe('a node', () => {
  it('whose gateway goes down says so with its next heartbeat, gets nothing, and is back when it is', async () => {
    linux.answerAll()
    mac.answerAll()
    mac.adapter.become('down', { problem: down })
    expect(await mesh.sees('mac', { condition: 'gateway_down' })).toMatchObject({ status: 'online' })
    expect(mesh.nodeNamed('mac')?.gateway.problem).toEqual(down)
    for (const text of ['one', 'two', 'three'])
      expect(await mesh.reaches(await mesh.send(text), 'succeeded')).toMatchObject({ node_name: 'linux' })
    const waits = await mesh.send({ content: 'for mac', requires: { node: 'mac' } })
    await mesh.until(async () => (await mesh.message(waits)).waiting?.reason === 'condition' || undefined)
    mac.adapter.become('ok')
    expect(await mesh.reaches(waits, 'succeeded')).toMatchObject({ response: 'mac: for mac', attempt: 1 })
  })

  it.each(['token_refused', 'draining', 'warming'] as const)('whose gateway is %s is not chosen', async (state) => {
    linux.answerAll()
    mac.adapter.become(state)
    await mesh.until(() => mesh.nodeNamed('mac')?.gateway.state === state || undefined)
    const { decision, node_name } = await mesh.reaches(await mesh.send('hello'), 'succeeded')
    expect(node_name).toBe('linux')
    const why = decision?.nodes.find(({ name }) => name === 'mac')
    expect(why).toMatchObject({ verdict: 'rejected', reasons: [{ code: 'condition' }] })
  })

  it('that its owner paused is not chosen, also after a restart, until it is resumed', async () => {
    linux.answerAll()
    mac.agent.pause()
    await mesh.sees('mac', { condition: 'paused' })
    expect(await mesh.reaches(await mesh.send('hello'), 'succeeded')).toMatchObject({ node_name: 'linux' })
    await mac.stop()
    await mac.start()
    await mac.linked()
    await mesh.sees('mac', { condition: 'paused', status: 'online' })
    const waits = await mesh.send({ content: 'for mac', requires: { node: 'mac' } })
    mac.answerAll()
    mac.agent.resume()
    await mesh.reaches(waits, 'succeeded')
  })

  it('refuses an offer that crosses with its pause, and the message goes to the other', async () => {
    linux.answerAll()
    mac.agent.pause()
    const id = await mesh.send({ content: 'hello', requires: { tool: 'git' } })
    expect(await mesh.reaches(id, 'succeeded')).toMatchObject({ node_name: 'linux' })
    expect(mac.adapter.begun).toEqual([])
  })

  it('is busy while all its slots are taken, by the mesh or by others, and online again after', async () => {
    mac.adapter.currentLoad = { running: 0, queued: 0, slots: 1 }
    mac.adapter.changed()
    await mesh.until(() => mesh.nodeNamed('mac')?.load.slots === 1 || undefined)
    const id = await mesh.send({ content: 'hello', requires: { node: 'mac' } })
    const turn = await mac.adapter.turns.next()
    await mesh.sees('mac', { status: 'busy', in_flight: 1 })
    turn.emit({ type: 'done', text: 'done' })
    await mesh.reaches(id, 'succeeded')
    await mesh.sees('mac', { status: 'online', in_flight: 0 })

    mac.adapter.currentLoad = { running: 1, queued: 2, slots: 1 }
    mac.adapter.changed()
    await mesh.sees('mac', { status: 'busy', in_flight: 0 })
    mac.adapter.currentLoad = { running: 0, queued: 0, slots: 1 }
    mac.adapter.changed()
    await mesh.sees('mac', { status: 'online' })
    expect(messageOf(turn)).toBe(id)
  })
})
