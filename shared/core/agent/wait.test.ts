import { expect, it } from 'vitest'
import { fakeClock } from '../../testing/fake-clock.ts'
import { sleep, unlessAborted, within } from './wait.ts'

it('sleeps until the time is over or the signal aborts, and leaves no timer', async () => {
  const clock = fakeClock()
  const leaving = new AbortController()
  const slept = sleep(clock, 1_000, leaving.signal)
  await clock.advance(1_000)
  await slept
  const woken = sleep(clock, 1_000, leaving.signal)
  leaving.abort()
  await woken
  await sleep(clock, 1_000, leaving.signal)
  expect(clock.pending).toBe(0)
})

it('gives what came in time, and says when it is late', async () => {
  const clock = fakeClock()
  expect(await within(clock, 10, Promise.resolve('here'), 'late')).toBe('here')
  const late = within(clock, 10, new Promise(() => undefined), 'late')
  await clock.advance(10)
  expect(await late).toBe('late')
  await expect(within(clock, 10, Promise.reject(new Error('no')), 'late')).rejects.toThrow('no')
  expect(clock.pending).toBe(0)
})

it('does not wait for what a signal has made unimportant', async () => {
  const leaving = new AbortController()
  const left = unlessAborted(leaving.signal, new Promise(() => undefined))
  leaving.abort()
  expect(await left).toBeUndefined()
  expect(await unlessAborted(leaving.signal, Promise.resolve('too late'))).toBeUndefined()
  expect(await unlessAborted(new AbortController().signal, Promise.resolve('there'))).toBe('there')
})
