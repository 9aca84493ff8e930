import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  type AttemptKind,
  mayRetry,
  noAttempts,
  retryFloor,
  retryShare,
  type RetryWindow,
  withAttempt,
} from './retry-budget.ts'

const many = (window: RetryWindow, kind: AttemptKind, times: number, now: number): RetryWindow =>
  Array.from({ length: times }).reduce<RetryWindow>((before) => withAttempt(before, kind, now), window)

it('lets a few retries through where nothing else happens, and no more', () => {
  expect(mayRetry(many(noAttempts, 'retry', retryFloor - 1, 0), 0)).toBe(true)
  expect(mayRetry(many(noAttempts, 'retry', retryFloor, 0), 0)).toBe(false)
})

it('lets one more through for every ten fresh attempts', () => {
  const spent = many(noAttempts, 'retry', retryFloor, 0)
  expect(mayRetry(many(spent, 'fresh', 10, 0), 0)).toBe(true)
  expect(mayRetry(withAttempt(many(spent, 'fresh', 10, 0), 'retry', 0), 0)).toBe(false)
})

it('forgets after a minute, and what a clock that was set back has not come to', () => {
  const spent = many(noAttempts, 'retry', retryFloor, 600_000)
  expect(mayRetry(spent, 649_999)).toBe(false)
  expect(mayRetry(spent, 660_000)).toBe(true)
  expect(mayRetry(spent, 0)).toBe(true)
})

it('holds whatever happens, in a bounded memory', () => {
  const steps = fc.array(fc.tuple(fc.constantFrom<AttemptKind>('fresh', 'retry'), fc.nat(4_000)), { maxLength: 300 })
  fc.assert(
    fc.property(steps, (attempts) => {
      let now = 0
      let window = noAttempts
      const done: { kind: AttemptKind; at: number }[] = []
      for (const [kind, pause] of attempts) {
        now += pause
        if (kind === 'retry' && !mayRetry(window, now)) continue
        window = withAttempt(window, kind, now)
        done.push({ kind, at: now })
        const lately = done.filter(({ at }) => at > now - 50_000)
        const retries = lately.filter((one) => one.kind === 'retry').length
        const fresh = done.filter((one) => one.kind === 'fresh' && one.at > now - 120_000).length
        expect(retries).toBeLessThanOrEqual(retryFloor + retryShare * fresh + 1)
        expect(window.length).toBeLessThanOrEqual(6)
      }
    }),
  )
})
