import { describe, expect, it } from 'vitest'
import type { Condition, GatewayState } from '../../contract/node.ts'
import { aLoad } from '../../testing/builders.ts'
import { conditionOf, readinessOf, statusOf } from './condition.ts'
import { freeSlots } from './slots.ts'

const well = { gateway: { state: 'ok' as GatewayState }, load: { paused: false } }

describe('the condition of a node', () => {
  it('is the first that applies: admin, owner, gateway, breaker', () => {
    // Each line adds what comes before the line above it.
    const steps: [Partial<Parameters<typeof conditionOf>[0]>, Condition][] = [
      [{}, 'ok'],
      [{ breaker: 'half_open' }, 'half_open'],
      [{ breaker: 'open' }, 'breaker_open'],
      [{ gateway: { state: 'down' } }, 'gateway_down'],
      [{ load: { paused: true } }, 'paused'],
      [{ admin: 'paused', load: { paused: false } }, 'paused'],
      [{ admin: 'draining', load: { paused: true } }, 'draining'],
      [{ admin: 'disabled' }, 'disabled'],
    ]
    let input = well
    for (const [more, condition] of steps) {
      input = { ...input, ...more }
      expect(conditionOf(input)).toBe(condition)
    }
  })

  it.each<[GatewayState, Condition]>([
    ['warming', 'warming'],
    ['down', 'gateway_down'],
    ['draining', 'gateway_draining'],
    ['token_refused', 'token_refused'],
    ['provider_failing', 'provider_failing'],
    ['rate_limited', 'rate_limited'],
  ])('tells a gateway that is %s as %s', (state, condition) => {
    expect(conditionOf({ ...well, gateway: { state } })).toBe(condition)
  })

  it('lets a breaker that is closed be', () => {
    expect(conditionOf({ ...well, breaker: 'closed' })).toBe('ok')
  })
})

describe('the status of a node', () => {
  const node = { linked: true, condition: 'ok' as Condition, load: aLoad({ slots: 2 }), in_flight: 0 }

  it('is offline without a link, busy without a free slot, else online', () => {
    expect(statusOf(node)).toBe('online')
    expect(statusOf({ ...node, in_flight: 2 })).toBe('busy')
    expect(statusOf({ ...node, in_flight: 2, linked: false })).toBe('offline')
  })

  it('is not busy when a gateway that is away reports no slots', () => {
    const away = { ...node, load: aLoad({ slots: 0 }) }
    expect(statusOf({ ...away, condition: 'gateway_down' })).toBe('online')
    expect(statusOf(away)).toBe('busy')
  })
})

describe('free slots', () => {
  it('count what the gateway runs and queues, or what the mesh has sent there if that is more', () => {
    expect(freeSlots({ load: aLoad({ slots: 4, running: 1, queued: 1 }), in_flight: 1 })).toBe(2)
    expect(freeSlots({ load: aLoad({ slots: 4, running: 1 }), in_flight: 3 })).toBe(1)
    expect(freeSlots({ load: aLoad({ slots: 4, running: 4, queued: 7 }), in_flight: 0 })).toBe(0)
  })
})

describe('readiness', () => {
  it('asks a node whose provider fails last, and one that is paused not at all', () => {
    expect([readinessOf('ok'), readinessOf('provider_failing'), readinessOf('paused')]).toEqual([
      'ready',
      'doubtful',
      'closed',
    ])
  })
})
