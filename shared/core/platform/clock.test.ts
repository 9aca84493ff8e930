import { expect, it } from 'vitest'
import { fakeClock } from '../../testing/fake-clock.ts'
import { neverBack } from './clock.ts'

it('goes on from where it was when the machine’s clock is set back, and follows it forwards', async () => {
  const machine = fakeClock(0)
  let set = 0
  const clock = neverBack({ ...machine, now: () => machine.now() + set })
  await machine.advance(1_000)
  expect(clock.now()).toBe(1_000)
  set = -3_600_000
  expect(clock.now()).toBe(1_000)
  await machine.advance(500)
  expect(clock.now()).toBe(1_500)
  set = 3_600_000
  expect(clock.now()).toBe(1_500 + 2 * 3_600_000)
})
