import { expect, it } from 'vitest'
import { fakeClock } from '../../testing/fake-clock.ts'
import { Liveness } from './liveness.ts'

function watch() {
  const clock = fakeClock()
  const start = clock.now()
  const events: string[] = []
  const liveness = new Liveness({
    clock,
    ping: () => events.push(`ping ${clock.now() - start}`),
    dead: () => events.push(`dead ${clock.now() - start}`),
  })
  return { clock, events, liveness }
}

it('asks after 2.5 s of silence and gives up after 8 s', async () => {
  const { clock, events, liveness } = watch()
  liveness.heard()
  await clock.advance(60_000)
  expect(events).toEqual(['ping 2500', 'ping 5000', 'ping 7500', 'dead 8000'])
  expect(clock.pending).toBe(0)
})

it('starts again with everything it hears', async () => {
  const { clock, events, liveness } = watch()
  liveness.heard()
  for (let i = 0; i < 10; i++) {
    await clock.advance(2_000)
    liveness.heard()
  }
  expect(events).toEqual([])
  await clock.advance(2_500)
  expect(events).toEqual(['ping 22500'])
})

it('leaves no timer behind when it stops', () => {
  const { clock, liveness } = watch()
  liveness.heard()
  liveness.stop()
  expect(clock.pending).toBe(0)
})
