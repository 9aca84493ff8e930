import { expect, it } from 'vitest'
import { MeshError } from '../../shared/contract/error.ts'
import { aDecision, aMessage } from '../../shared/testing/builders.ts'
import { delta, fakePage, messageEvent, unreachable } from '../testing/fake-mesh.ts'
import { lineOf } from './message-list.ts'
import type { Draft } from './messages.ts'

const running = aMessage({ id: 'msg-1', state: 'running', attempt: 1, updated_at: '2026-01-01T00:00:02.000Z' })
const done = {
  ...running,
  state: 'succeeded',
  response: 'It is noon.',
  updated_at: '2026-01-01T00:00:03.000Z',
} as const

async function setUp() {
  const fake = fakePage()
  await fake.connect()
  const messages = fake.page.messages
  fake.mesh.answer('messages.send', () => ({ message_id: 'msg-1', url: '/' }))
  fake.mesh.answer('messages.send_to', () => ({ message_id: 'msg-1', url: '/' }))
  fake.mesh.answer('messages.get', () => running)
  const state = () => messages.getState()
  const send = (draft: Draft): Promise<boolean> => {
    state().setDraft({ nodeId: undefined, ...draft })
    return state().send()
  }
  return { ...fake, messages, state, send }
}

it('sends to the mesh or to one node and opens what it sent', async () => {
  const { state, send, mesh, clock } = await setUp()
  expect(await send({ content: 'hi' })).toBe(true)
  expect(await send({ content: 'hi', nodeId: 'node-2' })).toBe(true)
  await clock.settle()
  expect(mesh.called('messages.send')).toEqual([{ content: 'hi', source: 'web', idempotency_key: 'key-1' }])
  expect(mesh.called('messages.send_to')).toEqual([
    { content: 'hi', source: 'web', idempotency_key: 'key-2', node_id: 'node-2' },
  ])
  expect(state().open).toMatchObject({ id: 'msg-1', message: { state: 'running' } })
  expect(state().lines.map(({ id }) => id)).toEqual(['msg-1'])
})

it('repeats a message of unknown fate under its old key, and only that one', async () => {
  const { state, send, mesh } = await setUp()
  mesh.answer('messages.send', () => {
    throw unreachable()
  })
  expect(await send({ content: 'a' })).toBe(false)
  expect(state().sendError?.code).toBe('coordinator_unreachable')
  await send({ content: 'a' })
  mesh.answer('messages.send', () => {
    throw new MeshError('no_capable_node', 'No node can.')
  })
  await send({ content: 'a' })
  await send({ content: 'a' })
  const keys = mesh.called('messages.send').map(({ idempotency_key }) => idempotency_key)
  expect(keys).toEqual(['key-1', 'key-1', 'key-1', 'key-2'])
})

it('shows the first piece of an answer at once, the others a few times a second, and then as it was kept', async () => {
  const { state, send, mesh, clock } = await setUp()
  await send({ content: 'hi' })
  await clock.settle()
  expect([...mesh.feed.watched]).toEqual(['msg-1'])
  mesh.push(delta('msg-1', 0, 'It is'))
  mesh.push(delta('msg-1', 5, ' no'))
  mesh.push(delta('msg-2', 0, 'another'))
  expect(state().open?.live?.text).toBe('It is')
  await clock.advance(50)
  expect(state().open?.live?.text).toBe('It is no')
  mesh.answer('messages.get', () => done)
  mesh.push(messageEvent(done))
  await clock.settle()
  expect(state().open?.message?.response).toBe('It is noon.')
  expect(state().lines[0]?.state).toBe('succeeded')
  expect([[...mesh.feed.watched], clock.pending]).toEqual([[], 0])
})

it('names the tool in use until it is done', async () => {
  const { state, mesh, clock } = await setUp()
  await state().show('msg-1')
  await clock.settle()
  const tool = (phase: 'start' | 'end') =>
    ({ type: 'message.tool', at: '', data: { message_id: 'msg-1', attempt: 1, name: 'exec', phase } }) as const
  mesh.push(tool('start'))
  expect(state().open?.tool).toBe('exec')
  mesh.push(tool('end'))
  expect(state().open?.tool).toBeUndefined()
})

it('reads the open message once more after events that come while it reads', async () => {
  const { state, mesh, clock } = await setUp()
  const first = Promise.withResolvers<unknown>()
  mesh.answer('messages.get', () => first.promise)
  const shown = state().show('msg-1')
  mesh.push(messageEvent(running))
  mesh.push(messageEvent(done))
  mesh.answer('messages.get', () => ({ ...done, decision: aDecision() }))
  first.resolve(running)
  await shown
  await clock.settle()
  expect(mesh.called('messages.get')).toHaveLength(2)
  expect(state().open?.message).toMatchObject({ state: 'succeeded', decision: { outcome: 'chosen' } })
})

it('does not watch a message that has ended', async () => {
  const { state, mesh, clock } = await setUp()
  mesh.push(messageEvent(done))
  mesh.answer('messages.get', () => done)
  const shown = state().show('msg-1')
  expect([...mesh.feed.watched]).toEqual([])
  await shown
  await state().show(undefined)
  expect([state().open, clock.pending]).toEqual([undefined, 0])
})

it('cancels, and takes “it has ended” for an answer', async () => {
  const { state, mesh } = await setUp()
  await state().show('msg-1')
  mesh.answer('messages.cancel', () => {
    throw unreachable()
  })
  await state().cancel()
  expect(state().open).toMatchObject({ cancelling: false, cancelError: { code: 'coordinator_unreachable' } })
  mesh.answer('messages.get', () => done)
  mesh.answer('messages.cancel', () => {
    throw new MeshError('message_ended', 'It has ended.')
  })
  await state().cancel()
  expect(state().open).toMatchObject({ cancelError: undefined, message: { state: 'succeeded' } })
})

it('loads older messages page by page', async () => {
  const { state, mesh } = await setUp()
  const page = (id: string, next: string | null) => ({ messages: [lineOf(aMessage({ id }))], next_cursor: next })
  mesh.answer('messages.list', ({ cursor }) => (cursor === 'c1' ? page('old', null) : page('new', 'c1')))
  await state().load()
  expect(state().nextCursor).toBe('c1')
  await state().loadOlder()
  expect(state().lines.map(({ id }) => id)).toEqual(['new', 'old'])
  await state().loadOlder()
  expect(mesh.called('messages.list').filter(({ cursor }) => cursor === 'c1')).toHaveLength(1)
  expect(state().nextCursor).toBeNull()
})

it('reads the open message again after a lost connection, and all of it after a gap', async () => {
  const { state, mesh, clock, page } = await setUp()
  await state().show('msg-1')
  const lists = () => mesh.called('messages.list').filter(({ state: only }) => only === undefined)
  const reads = () => [mesh.called('messages.get').length, lists().length]
  const before = reads()
  mesh.feed.listener.closed(unreachable())
  expect(state().open?.message?.state).toBe('running')
  page.connection.getState().retryNow()
  mesh.feed.listener.opened({ boot_id: 'boot-1', seq: 12 }, true)
  await clock.settle()
  expect(reads()).toEqual([(before[0] ?? 0) + 1, before[1]])
  mesh.feed.listener.closed(unreachable())
  page.connection.getState().retryNow()
  mesh.feed.listener.opened({ boot_id: 'boot-2', seq: 0 }, false)
  await clock.settle()
  expect(reads()).toEqual([(before[0] ?? 0) + 2, (before[1] ?? 0) + 1])
})
