import { expect, it } from 'vitest'
import { aMessage } from '../../../../testing/builders.ts'
import { fakeClock } from '../../../../testing/fake-clock.ts'
import { silentLog } from '../../../platform/log.ts'
import { leftGraceMs, WaitingClients } from './waiting-clients.ts'

function waiting() {
  const clock = fakeClock()
  const cancelled: string[] = []
  const cancel = async (id: string) => {
    cancelled.push(id)
    return aMessage({ id })
  }
  const clients = new WaitingClients({ messages: { cancel }, clock, log: silentLog })
  const join = (created: boolean) => clients.join({ message: aMessage(), created })
  return { clock, cancelled, clients, join }
}

it('stops a message when the last client that waits for it has left', async () => {
  const { clock, cancelled, join } = waiting()
  const [first, second] = [join(true), join(false)]
  first.left()
  await clock.advance(leftGraceMs)
  expect(cancelled).toEqual([])
  second.left()
  await clock.advance(leftGraceMs)
  expect(cancelled).toEqual(['msg-1'])
})

it('lets a message run on whose client comes back in time, or had its answer', async () => {
  const { clock, cancelled, join } = waiting()
  join(true).left()
  await clock.advance(leftGraceMs - 1)
  const again = join(false)
  await clock.advance(leftGraceMs)
  again.done()
  await clock.advance(leftGraceMs)
  expect(cancelled).toEqual([])
  expect(clock.pending).toBe(0)
})

it('never stops a message that came in through another door', async () => {
  const { clock, cancelled, join } = waiting()
  join(false).left()
  await clock.advance(leftGraceMs)
  expect(cancelled).toEqual([])
})

it('stops nothing and holds no timer after its own stop', async () => {
  const { clock, cancelled, clients, join } = waiting()
  join(true).left()
  clients.stop()
  expect(clock.pending).toBe(0)
  expect(cancelled).toEqual([])
})
