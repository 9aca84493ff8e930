import { expect, it } from 'vitest'
import { fakeClock } from '../../testing/fake-clock.ts'
import { Heartbeat } from './heartbeat.ts'

function start() {
  const clock = fakeClock()
  const begin = clock.now()
  const beats: number[] = []
  const heartbeat = new Heartbeat({ clock, beat: () => beats.push(clock.now() - begin) })
  heartbeat.start()
  return { clock, beats, heartbeat }
}

it('beats every 5 s', async () => {
  const { clock, beats } = start()
  await clock.advance(15_000)
  expect(beats).toEqual([5_000, 10_000, 15_000])
})

it('beats at once when something changed, and counts on from there', async () => {
  const { clock, beats, heartbeat } = start()
  await clock.advance(1_000)
  heartbeat.soon()
  expect(beats).toEqual([1_000])
  await clock.advance(5_000)
  expect(beats).toEqual([1_000, 6_000])
})

it('merges changes that come faster than every 250 ms, and loses none', async () => {
  const { clock, beats, heartbeat } = start()
  await clock.advance(1_000)
  for (let i = 0; i < 100; i++) heartbeat.soon()
  await clock.advance(100)
  heartbeat.soon()
  await clock.advance(1_000)
  expect(beats).toEqual([1_000, 1_250])
})

it('is silent once stopped, and leaves no timer', async () => {
  const { clock, beats, heartbeat } = start()
  heartbeat.stop()
  heartbeat.soon()
  await clock.advance(20_000)
  expect(beats).toEqual([])
  expect(clock.pending).toBe(0)
})
