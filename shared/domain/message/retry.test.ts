import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffWithJitter, defaultPolicy } from './retry.ts'

describe('the pause before the next attempt', () => {
  it('doubles from one second to thirty', () => {
    expect([1, 2, 3, 4, 5, 6, 60].map((failures) => backoffWithJitter(failures, 0))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
    ])
  })

  it('is shortened by chance, to half at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, share) => {
        const pause = backoffWithJitter(failures, share)
        const whole = backoffWithJitter(failures, 0)
        expect(pause).toBeGreaterThanOrEqual(whole / 2)
        expect(pause).toBeLessThanOrEqual(whole)
      }),
    )
  })

  it('differs between messages that failed together, and is the same each time for one', () => {
    const pauses = Array.from({ length: 100 }, (_, index) => defaultPolicy.backoffMs(1, `msg-${index}`))
    expect(new Set(pauses).size).toBeGreaterThan(50)
    expect(defaultPolicy.backoffMs(1, 'msg-7')).toBe(pauses[7])
  })
})
