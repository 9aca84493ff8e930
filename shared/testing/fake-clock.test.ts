import { expect, it } from 'vitest'
import { fakeClock } from './fake-clock.ts'

it('fires timers in the order they are due, each at its own time', async () => {
  const clock = fakeClock(0)
  const fired: string[] = []
  clock.after(20, () => fired.push(`b at ${clock.now()}`))
  clock.after(10, () => fired.push(`a at ${clock.now()}`))
  clock.after(20, () => fired.push(`c at ${clock.now()}`))
  await clock.advance(19)
  expect(fired).toEqual(['a at 10'])
  await clock.advance(1)
  expect(fired).toEqual(['a at 10', 'b at 20', 'c at 20'])
  expect(clock.pending).toBe(0)
})

it('fires timers that were set while time moved, from promise callbacks too', async () => {
  const clock = fakeClock(0)
  const fired: number[] = []
  const tick = (): void => {
    fired.push(clock.now())
    void Promise.resolve().then(() => clock.after(10, tick))
  }
  clock.after(10, tick)
  await clock.advance(35)
  expect(fired).toEqual([10, 20, 30])
  expect(clock.now()).toBe(35)
})

it('does not fire what was cancelled', async () => {
  const clock = fakeClock(0)
  let fired = false
  const cancel = clock.after(5, () => (fired = true))
  cancel()
  await clock.advance(10)
  expect(fired).toBe(false)
})
