import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aMessage } from '../../testing/builders.ts'
import { afterFailure, backoffWithJitter, defaultPolicy, isRetried } from './retry.ts'

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

describe('a shutdown in order, of ours or of the gateway', () => {
  const at = '2026-01-01T12:00:00.000Z'
  const after = (code: 'draining' | 'gateway_draining', began = false, effects: 'none' | 'possible' = 'none') =>
    afterFailure(aMessage({ attempt: 1 }), { began, effects, error: { code, message: 'Stopping.' } }, at, defaultPolicy)

  it.each(['draining', 'gateway_draining'] as const)('that says %s is not charged, and nothing waits', (code) => {
    expect(after(code)).toEqual({ charged: false, retry: { notBefore: undefined, anew: false } })
    expect(after(code, true, 'none')).toMatchObject({ charged: false })
  })

  it('in the midst of a turn that had effects is an end like any other', () => {
    expect(after('gateway_draining', true, 'possible')).toEqual({ charged: true, retry: null })
  })

  it('leaves time between tries where the message stays with that node', () => {
    const policy = { ...defaultPolicy, on_failure: 'wait' } as const
    const result = { began: false, effects: 'none', error: { code: 'draining', message: 'Stopping.' } } as const
    const { charged, retry } = afterFailure(aMessage({ attempt: 1 }), result, at, policy)
    expect(charged).toBe(false)
    expect(retry).toMatchObject({ anew: false })
    expect(Date.parse(retry?.notBefore ?? '')).toBeGreaterThan(Date.parse(at))
  })
})

it('counts a message as retried from its first charged failure on, whatever refused it since', () => {
  const tried = (...outcomes: ('failed' | 'refused' | 'never_began')[]) =>
    outcomes.map((outcome, index) => ({
      ...{ number: index + 1, node_id: 'node-1', node_name: 'mac', offered_at: '2026-01-01T12:00:00.000Z' },
      ...{ outcome, charged: outcome === 'failed' },
    }))
  expect(isRetried({ attempts: tried('refused', 'never_began') })).toBe(false)
  expect(isRetried({ attempts: tried('failed', 'refused') })).toBe(true)
  expect(isRetried({ attempts: [{ ...tried('failed')[0]!, charged: false }] })).toBe(false)
})
