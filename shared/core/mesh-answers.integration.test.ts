/** The main job, end to end: a message comes in by each form of the REST door and its answer goes out. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { StreamEvent } from '../contract/event.ts'
import type { RouteReply } from '../contract/message.ts'
import { MeshRig } from '../testing/mesh-rig.ts'
import { adminToken } from '../testing/door-bench.ts'
import { messageOf, type RigNode } from '../testing/rig-node.ts'
import { readSse } from './client/sse.ts'

let mesh: MeshRig
let mac: RigNode
let linux: RigNode

beforeEach(async () => {
  mesh = await MeshRig.start()
  ;[mac, linux] = await Promise.all([mesh.node('mac', { tags: ['desk'] }), mesh.node('linux')])
})
afterEach(() => mesh.stop())

const stream = (route: string, body?: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(mesh.url + route, {
    method: body ? 'POST' : 'GET',
    headers: {
      authorization: `Bearer ${adminToken}`,
      accept: 'text/event-stream',
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...headers,
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })

async function readAll(response: Response): Promise<{ id: string | undefined; event: StreamEvent }[]> {
  const events: { id: string | undefined; event: StreamEvent }[] = []
  for await (const { id, data } of readSse(response.body!)) events.push({ id, event: JSON.parse(data) as StreamEvent })
  return events
}

it('answers a message over REST, and names the node in body and headers', async () => {
  mac.answerAll()
  linux.answerAll()
  const { status, headers, body } = await mesh.ask<RouteReply>('POST', '/api/v1/route', { body: { content: 'hello' } })
  expect(status).toBe(200)
  const node = mesh.coordinator.services.nodes.get(body.node_id)
  expect(body.response).toBe(`${node.name}: hello`)
  expect(headers.get('x-claw-mesh-node')).toBe(node.id)
  expect(headers.get('x-claw-mesh-message')).toBe(body.message_id)
  expect(headers.get('x-claw-mesh-attempts')).toBe('1')
})

it('decides once about every registered node, those that are away included, and keeps why', async () => {
  await mesh.node('vps').then((vps) => vps.stop())
  await mesh.sees('vps', { status: 'offline' })
  mac.answerAll()
  const { body } = await mesh.ask<RouteReply>('POST', '/api/v1/route', {
    body: { content: 'hello', requires: { tag: 'desk' } },
  })
  const { decision } = await mesh.message(body.message_id)
  expect(decision).toMatchObject({ outcome: 'chosen', node_id: mac.id })
  expect(decision?.nodes.map(({ name }) => name).sort()).toEqual(['linux', 'mac', 'vps'])
  expect(decision?.nodes[0]).toMatchObject({ name: 'mac', verdict: 'chosen' })
  for (const { verdict, reasons } of decision!.nodes.slice(1)) {
    expect(verdict).toBe('rejected')
    expect(reasons).toEqual([expect.objectContaining({ code: 'lacks', need: 'tag:desk' })])
  }
})

it('sends a message to the node that is named, by id or by name in any case', async () => {
  mac.answerAll()
  linux.answerAll()
  for (const [ref, name] of [
    ['LINUX', 'linux'],
    [mac.id, 'mac'],
  ])
    expect(
      (await mesh.ask<RouteReply>('POST', `/api/v1/route/${ref}`, { body: { content: 'hi' } })).body.response,
    ).toBe(`${name}: hi`)
  const nowhere = await mesh.ask('POST', '/api/v1/route/nas', { body: { content: 'hi' } })
  expect(nowhere).toMatchObject({ status: 404, body: { error: { code: 'node_not_found' } } })
})

it('streams an answer with its deltas, and again from any point', async () => {
  const asked = stream('/api/v1/route/mac', { content: 'tell me' })
  const turn = await mac.adapter.turns.next()
  await mesh.reaches(messageOf(turn), 'running')
  turn.emit({ type: 'started' }, { type: 'delta', offset: 0, text: 'one ' })
  const response = await asked
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  expect(response.headers.get('x-claw-mesh-node')).toBe(mac.id)
  turn.emit({ type: 'tool', name: 'exec', phase: 'start' }, { type: 'delta', offset: 4, text: 'two' })
  turn.emit({ type: 'usage', usage: { input_tokens: 3, output_tokens: 2 } }, { type: 'done', text: 'one two' })
  const events = await readAll(response)
  expect(events.map(({ event }) => event.type)).toEqual([
    'message.queued',
    'message.offered',
    'message.started',
    'message.running',
    'message.delta',
    'message.tool',
    'message.delta',
    'message.succeeded',
  ])
  const texts = events.flatMap(({ event }) => (event.type === 'message.delta' ? [event.data.text] : []))
  expect(texts.join('')).toBe('one two')
  expect(events.at(-1)?.event.data).toMatchObject({ response: 'one two' })

  const fifth = events[4]!.id!
  const again = await stream(`/api/v1/messages/${fifth.split(':')[0]}`, undefined, { 'last-event-id': fifth })
  expect((await readAll(again)).map(({ id }) => id)).toEqual(events.slice(5).map(({ id }) => id))
})

it('accepts a message at once when asked to, and gives the answer later', async () => {
  const id = await mesh.send({ content: 'later', requires: { node: 'mac' } })
  const turn = await mac.adapter.turns.next()
  expect(await mesh.reaches(id, 'running')).not.toHaveProperty('response')
  turn.emit({ type: 'usage', usage: { output_tokens: 7 } }, { type: 'done', text: 'now' })
  const message = await mesh.reaches(id, 'succeeded')
  expect(message).toMatchObject({ response: 'now', usage: { output_tokens: 7 }, node_name: 'mac', attempt: 1 })
  expect(message.attempts).toEqual([expect.objectContaining({ outcome: 'succeeded', node_id: mac.id })])
})

it('carries a long answer in many frames and gives it back whole', async () => {
  const text = Array.from({ length: 60_000 }, (_, n) => `line ${n} – ünïcödé 你好`).join('\n')
  mac.answerAll(() => text)
  const { body } = await mesh.ask<RouteReply>('POST', '/api/v1/route/mac', { body: { content: 'long' } })
  expect(body.response.length).toBe(text.length)
  expect(body.response === text).toBe(true)
})

it('keeps a message going when the client that waits for it leaves', async () => {
  const leaving = new AbortController()
  const asked = fetch(`${mesh.url}/api/v1/route/mac`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ content: 'go on without me' }),
    signal: leaving.signal,
  })
  const turn = await mac.adapter.turns.next()
  leaving.abort()
  await expect(asked).rejects.toThrow()
  turn.emit({ type: 'done', text: 'done anyway' })
  expect(await mesh.reaches(messageOf(turn), 'succeeded')).toMatchObject({ response: 'done anyway' })
  expect(turn.signal.aborted).toBe(false)
})
