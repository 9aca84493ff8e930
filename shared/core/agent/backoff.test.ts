import { expect, it } from 'vitest'
import { redialDelay } from './backoff.ts'

const longest = (attempt: number, forMs: number): number => redialDelay({ attempt, forMs }, () => 1)

it('starts at 0.2 s and doubles', () => {
  expect([0, 1, 2].map((attempt) => longest(attempt, 0))).toEqual([200, 400, 800])
})

it('waits at most 1 s in the first minute of an outage, 15 s after', () => {
  expect(longest(50, 59_999)).toBe(1_000)
  expect(longest(50, 60_000)).toBe(15_000)
  expect(longest(1_000_000, 86_400_000)).toBe(15_000)
})

it('spreads over the whole step', () => {
  expect(redialDelay({ attempt: 9, forMs: 0 }, () => 0)).toBe(0)
  expect(redialDelay({ attempt: 9, forMs: 0 }, () => 0.5)).toBe(500)
})
