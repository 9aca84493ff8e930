import { describe, expect, it } from 'vitest'
import { administered, type NodeAdmin, settledAdmin, unmanaged } from './node-admin.ts'

const now = Date.parse('2026-01-01T12:00:00.000Z')
const paused: NodeAdmin = { state: 'paused', paused_until: '2026-01-01T13:00:00.000Z', tags: ['fast'] }

describe('a change by an admin', () => {
  it('leaves what it does not name', () => {
    expect(administered(paused, { name: 'Mac' }, now)).toEqual({ ...paused, name: 'Mac' })
    expect(administered(paused, { tags: [] }, now)).toEqual({ ...paused, tags: [] })
  })

  it('dates the end of a pause; any other state ends it', () => {
    expect(administered(unmanaged, { admin: 'paused', pause_for_s: 3_600 }, now)).toEqual({ ...paused, tags: [] })
    expect(administered(paused, { admin: 'paused' }, now)).toEqual({ state: 'paused', tags: ['fast'] })
    expect(administered(paused, { admin: 'disabled' }, now)).toEqual({ state: 'disabled', tags: ['fast'] })
    expect(administered(paused, { admin: 'active' }, now)).toEqual({ state: 'active', tags: ['fast'] })
  })

  it('takes each tag once, whatever its case and the space around it', () => {
    expect(administered(unmanaged, { tags: [' GPU', 'gpu', ' ', '快', 'x y'] }, now).tags).toEqual(['GPU', '快', 'x y'])
  })

  it.each([{ pause_for_s: 60 }, { admin: 'disabled', pause_for_s: 60 }, { name: '  ' }] as const)(
    'is refused when it makes no sense: %o',
    (change) => {
      expect(() => administered(paused, change, now)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
    },
  )
})

describe('by itself', () => {
  it('a drain is over with the last message, a pause with its time', () => {
    const draining: NodeAdmin = { state: 'draining', tags: [] }
    expect(settledAdmin(draining, { now, inFlight: 1 })).toBe(draining)
    expect(settledAdmin(draining, { now, inFlight: 0 })).toEqual({ state: 'disabled', tags: [] })
    expect(settledAdmin(paused, { now: now + 3_599_999, inFlight: 0 })).toBe(paused)
    expect(settledAdmin(paused, { now: now + 3_600_000, inFlight: 3 })).toEqual({ state: 'active', tags: ['fast'] })
  })

  it('nothing else ends', () => {
    for (const state of ['active', 'disabled', 'paused'] as const) {
      const admin: NodeAdmin = { state, tags: [] }
      expect(settledAdmin(admin, { now, inFlight: 0 })).toBe(admin)
    }
  })
})
