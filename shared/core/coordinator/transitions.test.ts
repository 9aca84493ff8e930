import { expect, it } from 'vitest'
import { MeshError } from '../../contract/error.ts'
import { aMessage } from '../../testing/builders.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { silentLog } from '../platform/log.ts'
import { Transitions } from './transitions.ts'

const cancel = { type: 'cancel' } as const

function failing(times: number, code: 'store_failed' | 'message_not_found' = 'store_failed') {
  const clock = fakeClock()
  let asked = 0
  const transition = async () => {
    asked += 1
    if (asked <= times) throw new MeshError(code, 'No.')
    return { message: aMessage({ state: 'cancelled' }), applied: true }
  }
  const transitions = new Transitions({ store: { transition }, clock, log: silentLog })
  return { clock, transitions, asked: () => asked }
}

it('tries again until the store can write', async () => {
  const { clock, transitions, asked } = failing(3)
  const applied = transitions.apply('msg-1', cancel)
  await clock.advance(3_000)
  expect((await applied)?.state).toBe('cancelled')
  expect(asked()).toBe(4)
})

it('gives up at once on a message that is not there', async () => {
  const { transitions, asked } = failing(9, 'message_not_found')
  expect(await transitions.apply('msg-1', cancel)).toBeUndefined()
  expect(asked()).toBe(1)
})

it('lets go of what cannot be written when it stops, and sets no timer any more', async () => {
  const { clock, transitions } = failing(Infinity)
  const applied = transitions.apply('msg-1', cancel)
  await clock.settle()
  await transitions.stop()
  expect(await applied).toBeUndefined()
  expect(await transitions.apply('msg-1', cancel)).toBeUndefined()
  expect(clock.pending).toBe(0)
})
