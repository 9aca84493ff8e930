/** Conversations: one turn at a time and in order, on one node as long as that is there, with their past when they move. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Conversation } from '../contract/message.ts'
import type { GatewayAttempt } from './gateway/adapter.ts'
import { MeshRig } from '../testing/mesh-rig.ts'
import type { RigNode } from '../testing/rig-node.ts'

let mesh: MeshRig
let mac: RigNode
let linux: RigNode
const seen: GatewayAttempt[] = []

beforeEach(async () => {
  mesh = await MeshRig.start()
  ;[mac, linux] = await Promise.all([mesh.node('mac', { tags: ['desk'] }), mesh.node('linux', { tags: ['rack'] })])
  seen.length = 0
  for (const [name, node] of [
    ['mac', mac],
    ['linux', linux],
  ] as const)
    node.answerAll((attempt) => {
      seen.push(attempt)
      return `${name}: ${attempt.content}`
    })
})
afterEach(() => mesh.stop())

const say = async (content: string, more: object = {}) =>
  mesh.reaches(await mesh.send({ content, conversation: 'chat', ...more }), 'succeeded')
const turns = (node: string, ...texts: string[]) =>
  texts.flatMap((text) => [
    { role: 'user', text },
    { role: 'assistant', text: `${node}: ${text}` },
  ])

it('answers messages that were sent at once one after the other, in order, in one session on one node', async () => {
  const ids: string[] = []
  for (const content of ['one', 'two', 'three']) ids.push(await mesh.send({ content, conversation: 'chat' }))
  const messages = await Promise.all(ids.map((id) => mesh.reaches(id, 'succeeded')))
  expect(seen.map(({ content }) => content)).toEqual(['one', 'two', 'three'])
  expect(new Set(seen.map(({ session }) => session)).size).toBe(1)
  expect(new Set(messages.map(({ node_id }) => node_id)).size).toBe(1)
  expect(messages.map(({ affinity }) => affinity)).toEqual(['miss', 'hit', 'hit'])
  // The gateway's own session remembers; nothing is handed over.
  expect(seen.flatMap(({ context }) => context)).toEqual([])
  expect(Math.max(mac.mostAtOnce, linux.mostAtOnce)).toBe(1)
  for (const [before, after] of [
    [messages[0]!, messages[1]!],
    [messages[1]!, messages[2]!],
  ])
    expect(after!.attempts[0]!.offered_at >= before!.ended_at!).toBe(true)

  const { body } = await mesh.ask<Conversation>('GET', '/api/v1/conversations/chat')
  expect(body.node_id).toBe(messages[0]!.node_id)
  expect(body.messages.map(({ excerpt }) => excerpt)).toEqual(['one', 'two', 'three'])
})

it('keeps conversations apart, and messages without one out of every session', async () => {
  await say('mine')
  await mesh.reaches(await mesh.send({ content: 'other', conversation: 'other' }), 'succeeded')
  await mesh.reaches(await mesh.send({ content: 'theirs', conversation: 'chat', sender: 'bob' }), 'succeeded')
  await mesh.reaches(await mesh.send('alone'), 'succeeded')
  await mesh.reaches(await mesh.send('alone'), 'succeeded')
  expect(new Set(seen.map(({ session }) => session)).size).toBe(5)
})

it('moves to another node when its own is gone, with everything that was said', async () => {
  await say('one', { requires: { tag: 'desk' } })
  await say('two')
  await mac.stop()
  await mesh.sees('mac', { status: 'offline' })
  const moved = await say('three')
  expect(moved).toMatchObject({ node_name: 'linux', affinity: 'repin' })
  expect(seen.at(-1)?.context).toEqual(turns('mac', 'one', 'two'))
  const { events } = mesh.coordinator.services
  expect(events.since(1)?.filter(({ type }) => type === 'message.moved')).toHaveLength(1)

  // It lives there now, also when its first node is back, and that one is told nothing twice.
  await mac.start()
  await mac.linked()
  expect(await say('four')).toMatchObject({ node_name: 'linux', affinity: 'hit' })
  expect(seen.at(-1)?.context).toEqual([])
})

it('makes an excursion for one message that its node cannot answer, and comes home with what was said', async () => {
  await say('one', { requires: { tag: 'desk' } })
  const away = await say('two', { requires: { tag: 'rack' } })
  expect(away).toMatchObject({ node_name: 'linux', affinity: 'excursion' })
  expect(seen.at(-1)?.context).toEqual(turns('mac', 'one'))
  expect(await say('three')).toMatchObject({ node_name: 'mac', affinity: 'hit' })
  expect(seen.at(-1)?.context).toEqual(turns('linux', 'two'))
  const { body } = await mesh.ask<Conversation>('GET', '/api/v1/conversations/chat')
  expect(body.node_id).toBe(mac.id)
})

it('goes on after a turn that failed, which is not part of what is handed over', async () => {
  const named = await mesh.node('vps', { tags: ['away'] })
  const failing = await mesh.send({ content: 'fails', conversation: 'chat', requires: { node: 'vps' } })
  const next = await mesh.send({ content: 'goes on', conversation: 'chat', requires: { tag: 'desk' } })
  const turn = await named.adapter.turns.next()
  expect((await mesh.message(next)).waiting).toMatchObject({ reason: 'conversation', position: 1 })
  turn.emit({
    type: 'failed',
    error: { code: 'provider_failing', message: 'No credit.' },
    began: true,
    effects: 'possible',
    text: 'I will no',
  })
  await mesh.reaches(failing, 'failed')
  expect(await mesh.reaches(next, 'succeeded')).toMatchObject({ node_name: 'mac' })
  expect(seen.at(-1)?.context).toEqual([])
})
