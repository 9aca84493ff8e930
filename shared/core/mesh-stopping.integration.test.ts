/** Cancelling at every stage, deadlines, repeats of one request, and load that never exceeds a node's slots. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Message, RouteReply } from '../contract/message.ts'
import { MeshRig } from '../testing/mesh-rig.ts'
import type { RigNode } from '../testing/rig-node.ts'

let mesh: MeshRig
let mac: RigNode

beforeEach(async () => {
  mesh = await MeshRig.start()
  mac = await mesh.node('mac')
})
afterEach(async () => {
  mesh.expectEachRunOnce()
  await mesh.stop()
})

const cancel = (id: string) => mesh.ask<Message>('POST', `/api/v1/messages/${id}/cancel`)

describe('cancel', () => {
  it('ends a message in the queue at once', async () => {
    mac.adapter.become('down')
    await mesh.sees('mac', { condition: 'gateway_down' })
    const id = await mesh.send('hello')
    expect((await cancel(id)).body).toMatchObject({ state: 'cancelled', attempt: 0 })
    expect((await cancel(id)).status).toBe(200)
    expect(mac.adapter.begun).toEqual([])
  })

  it('ends a message that is only offered, and the node drops it', async () => {
    const relay = await mesh.relay()
    const slow = await mesh.node('slow', { relay, tags: ['slow'] })
    relay.stall()
    const id = await mesh.send({ content: 'hello', requires: { tag: 'slow' } })
    await mesh.reaches(id, 'offered')
    expect((await cancel(id)).body).toMatchObject({ state: 'cancelled', attempt: 1 })
    relay.mend()
    await mesh.sees('slow', { in_flight: 0 })
    slow.answerAll()
    const next = await mesh.send({ content: 'next', requires: { tag: 'slow' } })
    await mesh.reaches(next, 'succeeded')
    expect(slow.adapter.begun).toEqual([`${next}.1`])
  })

  it('stops a running turn in its gateway within a second, and is done when that confirms', async () => {
    const id = await mesh.send('hello')
    const turn = await mac.adapter.turns.next()
    await mesh.reaches(id, 'running')
    const askedAt = performance.now()
    const asked = await cancel(id)
    expect(asked.body).toMatchObject({ state: 'running', cancel_requested_at: expect.any(String) })
    await turn.aborted
    expect(performance.now() - askedAt).toBeLessThan(1_000)
    turn.emit({ type: 'cancelled', text: 'so far' })
    expect(await mesh.reaches(id, 'cancelled')).toMatchObject({
      response: 'so far',
      error: { code: 'message_cancelled' },
    })
  })

  it('that comes too late says how the message ended, and changes nothing', async () => {
    mac.answerAll()
    const id = await mesh.send('hello')
    await mesh.reaches(id, 'succeeded')
    const answer = await mesh.ask('POST', `/api/v1/messages/${id}/cancel`)
    expect(answer).toMatchObject({
      status: 409,
      body: { error: { code: 'message_ended', details: { state: 'succeeded' } } },
    })
    expect((await mesh.message(id)).state).toBe('succeeded')
  })

  it('loses against an answer that is already on its way: the first end is the one that counts', async () => {
    const id = await mesh.send('hello')
    const turn = await mac.adapter.turns.next()
    await mesh.reaches(id, 'running')
    await cancel(id)
    await turn.aborted
    turn.emit({ type: 'done', text: 'was ready' })
    expect(await mesh.reaches(id, 'succeeded')).toMatchObject({ response: 'was ready' })
  })

  it('reaches a node that was away when it is back, and the message is never run again', async () => {
    const relay = await mesh.relay()
    const away = await mesh.node('away', { relay, tags: ['away'] })
    const id = await mesh.send({ content: 'hello', requires: { tag: 'away' } })
    const turn = await away.adapter.turns.next()
    await mesh.reaches(id, 'running')
    relay.cut()
    await mesh.sees('away', { status: 'offline' })
    expect((await cancel(id)).body.state).toBe('running')
    relay.mend()
    await turn.aborted
    turn.emit({ type: 'cancelled', text: '' })
    await mesh.reaches(id, 'cancelled')
    expect(away.adapter.begun).toHaveLength(1)
  })
})

describe('a deadline', () => {
  it('that passes while the turn runs ends the message, tells the node to stop, and frees its slot', async () => {
    const asked = mesh.ask('POST', '/api/v1/route', { body: { content: 'hello', timeout_s: 1 } })
    const turn = await mac.adapter.turns.next()
    expect(turn.attempt.timeout_s).toBe(1)
    expect(await asked).toMatchObject({ status: 504, body: { error: { code: 'message_expired' } } })
    await turn.aborted
    expect(mesh.nodeNamed('mac')?.in_flight).toBe(1)
    turn.emit({ type: 'done', text: 'too late' })
    await mesh.sees('mac', { in_flight: 0 })
    const { messages } = (await mesh.ask<{ messages: Message[] }>('GET', '/api/v1/messages')).body
    expect(await mesh.message(messages[0]!.id)).not.toHaveProperty('response')
  })

  it('that passes in the queue ends the message without ever having been offered', async () => {
    mac.adapter.become('down')
    await mesh.sees('mac', { condition: 'gateway_down' })
    const id = await mesh.send({ content: 'hello', queue_ttl_s: 1 })
    expect(await mesh.reaches(id, 'expired')).toMatchObject({ attempt: 0, error: { code: 'message_expired' } })
  })
})

describe('an idempotency key', () => {
  it('has a repeated request attach to the running message, and read the stored answer later', async () => {
    const body = { content: 'only once' }
    const headers = { 'idempotency-key': 'key-1' }
    const first = mesh.ask<RouteReply>('POST', '/api/v1/route', { body, headers })
    const turn = await mac.adapter.turns.next()
    const second = mesh.ask<RouteReply>('POST', '/api/v1/route', { body: { ...body, idempotency_key: 'key-1' } })
    const attached = await mesh.ask<{ message_id: string }>('POST', '/api/v1/route', {
      body,
      headers: { ...headers, prefer: 'respond-async' },
    })
    turn.emit({ type: 'done', text: 'once' })
    const answers = [await first, await second, await mesh.ask<RouteReply>('POST', '/api/v1/route', { body, headers })]
    for (const answer of answers)
      expect(answer.body).toMatchObject({ message_id: attached.body.message_id, response: 'once' })
    expect(mac.adapter.begun).toHaveLength(1)
  })

  it('used for another request is a conflict, which runs nothing', async () => {
    mac.answerAll()
    const headers = { 'idempotency-key': 'key-1' }
    await mesh.ask('POST', '/api/v1/route', { body: { content: 'one' }, headers })
    const other = await mesh.ask('POST', '/api/v1/route', { body: { content: 'two' }, headers })
    expect(other).toMatchObject({ status: 422, body: { error: { code: 'idempotency_conflict' } } })
    expect(mac.adapter.begun).toHaveLength(1)
  })
})

it('sixty messages at once over two nodes of four slots are all answered, never more than four at a time on one', async () => {
  const linux = await mesh.node('linux')
  for (const node of [mac, linux])
    node.answerAll(
      ({ content }) => `ok ${content}`,
      () => breath(),
    )
  const ids = await Promise.all(Array.from({ length: 60 }, (_, n) => mesh.send(`${n}`)))
  const messages = await Promise.all(ids.map((id) => mesh.reaches(id, 'succeeded')))
  expect(messages.map(({ response }) => response)).toEqual(ids.map((_, n) => `ok ${n}`))
  expect([mac.mostAtOnce, linux.mostAtOnce]).toEqual([4, 4])
  expect(messages.every(({ attempt }) => attempt === 1)).toBe(true)
  expect(Math.min(mac.adapter.begun.length, linux.adapter.begun.length)).toBeGreaterThan(10)
})

/** As long as a few commits and frames take, so that turns overlap. */
async function breath(): Promise<void> {
  for (let round = 0; round < 20; round++) await new Promise((resolve) => setImmediate(resolve))
}
