import { expect, it } from 'vitest'
import { MeshError } from '../../shared/contract/error.ts'
import type { MessageState } from '../../shared/contract/message.ts'
import { aMessage } from '../../shared/testing/builders.ts'
import { fakePage, messageEvent } from '../testing/fake-mesh.ts'
import { lineOf } from './message-list.ts'

const message = (id: string, state: MessageState = 'interrupted') => aMessage({ id, state })
const ids = ({ page }: ReturnType<typeof fakePage>) => [...page.decisions.getState().ids]

/** A page whose coordinator has these messages interrupted. */
function setUp(...waiting: readonly string[]) {
  const fake = fakePage()
  const page = (input: Record<string, unknown>) =>
    input['state'] === 'interrupted' ? waiting.map((id) => lineOf(message(id))) : []
  fake.mesh.answer('messages.list', (input) => ({ messages: page(input), next_cursor: null }))
  return fake
}

it('reads on connecting which messages wait for a decision', async () => {
  const fake = setUp('m1', 'm2')
  await fake.connect()
  expect(ids(fake)).toEqual(['m1', 'm2'])
  expect(fake.page.decisions.getState().more).toBe(false)
  expect(fake.mesh.called('messages.list')).toContainEqual({ state: 'interrupted', limit: 100 })
})

it('follows what is interrupted, decided on, or answered late', async () => {
  const fake = setUp('m1')
  await fake.connect()
  fake.mesh.push(messageEvent(message('m2')))
  expect(ids(fake)).toEqual(['m1', 'm2'])
  fake.mesh.push(messageEvent(message('m1', 'queued')))
  fake.mesh.push(messageEvent(message('m2', 'succeeded')))
  fake.mesh.push(messageEvent(message('m3', 'running')))
  expect(ids(fake)).toEqual([])
})

it('is the same value while nothing changes in it', async () => {
  const fake = setUp('m1')
  await fake.connect()
  const before = fake.page.decisions.getState().ids
  fake.mesh.push(messageEvent(message('m1')))
  fake.mesh.push(messageEvent(message('m2', 'running')))
  expect(fake.page.decisions.getState().ids).toBe(before)
})

it('loses no event that comes while the list is on its way', async () => {
  const fake = fakePage()
  const list = Promise.withResolvers<unknown>()
  fake.mesh.answer('messages.list', () => list.promise)
  await fake.connect()
  fake.mesh.push(messageEvent(message('m1', 'failed')))
  fake.mesh.push(messageEvent(message('m2')))
  list.resolve({ messages: [lineOf(message('m1'))], next_cursor: 'more' })
  await fake.clock.settle()
  expect(ids(fake)).toEqual(['m2'])
  expect(fake.page.decisions.getState().more).toBe(true)
})

it('keeps what it knew when reading anew fails, and goes on following', async () => {
  const fake = setUp('m1')
  await fake.connect()
  fake.mesh.answer('messages.list', () => {
    throw new MeshError('store_failed', 'The data cannot be read.')
  })
  await fake.page.decisions.getState().load()
  fake.mesh.push(messageEvent(message('m2')))
  expect(ids(fake)).toEqual(['m1', 'm2'])
})

it('forgets everything when nobody is signed in any more, even an answer under way', async () => {
  const fake = setUp('m1')
  await fake.connect()
  const list = Promise.withResolvers<unknown>()
  fake.mesh.answer('messages.list', () => list.promise)
  const loading = fake.page.decisions.getState().load()
  fake.page.decisions.getState().clear()
  list.resolve({ messages: [lineOf(message('m2'))], next_cursor: null })
  await loading
  expect(ids(fake)).toEqual([])
})
