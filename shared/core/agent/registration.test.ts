import { afterEach, beforeEach, expect, it } from 'vitest'
import { capabilities } from '../../testing/builders.ts'
import { errorAnswer, FakeCoordinator } from '../../testing/fake-coordinator.ts'
import { systemClock } from '../platform/clock.ts'
import { deregister, register } from './registration.ts'

let coordinator: FakeCoordinator
beforeEach(async () => {
  coordinator = await FakeCoordinator.start()
})
afterEach(() => coordinator.stop())

const signal = new AbortController().signal
const input = { name: 'mac', version: '0.1.0', capabilities: capabilities() }
const join = (given = signal) =>
  register(input, 'join-token', { base: coordinator.url, signal: given, clock: systemClock })
const leave = () =>
  deregister(
    { coordinator_url: coordinator.url, node_id: 'node-1', name: 'mac', asked_name: 'mac', token: 'token-1' },
    { signal, clock: systemClock },
  )

it('gives what the coordinator granted', async () => {
  expect(await join()).toEqual({ node_id: 'node-x', name: 'mac', token: 'token-1' })
})

it('passes on the coordinator’s own error', async () => {
  coordinator.register = () => errorAnswer(429, { code: 'rate_limited', message: 'Slow down.' })
  await expect(join()).rejects.toMatchObject({ code: 'rate_limited', message: 'Slow down.' })
})

it('reads no more of an answer than one can be', async () => {
  coordinator.register = () => ({ status: 200, body: 'x'.repeat(10 * 1024 * 1024) })
  await expect(join()).rejects.toMatchObject({ code: 'coordinator_unreachable' })
})

it('ends at once when it is not wanted any more', async () => {
  const leaving = new AbortController()
  coordinator.register = () => {
    leaving.abort()
    return new Promise(() => undefined)
  }
  await expect(join(leaving.signal)).rejects.toMatchObject({ code: 'coordinator_unreachable' })
})

it('never shows the token in an error', async () => {
  coordinator.register = () => errorAnswer(401, { code: 'unauthorized', message: 'No.' })
  const error: unknown = await join().catch((thrown: unknown) => thrown)
  expect(JSON.stringify(error) + String(error)).not.toContain('join-token')
})

it('removes a node with the node’s own token', async () => {
  const removals: unknown[] = []
  coordinator.remove = (...removal) => {
    removals.push(removal)
    return { status: 204, body: '' }
  }
  await leave()
  expect(removals).toEqual([['node-1', 'token-1']])
})

it('takes a node that is already gone for removed, and says when the coordinator could not be asked', async () => {
  coordinator.remove = () => errorAnswer(404, { code: 'node_not_found', message: 'No such node.' })
  await leave()
  coordinator.remove = () => errorAnswer(401, { code: 'unauthorized', message: 'Unknown token.' })
  await leave()
  await coordinator.stop()
  await expect(leave()).rejects.toMatchObject({ code: 'coordinator_unreachable' })
})
