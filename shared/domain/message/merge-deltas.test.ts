import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyDelta, mergeDeltas, type TextDelta } from './merge-deltas.ts'

describe('a delta', () => {
  it('follows what came, replaces from where it begins, or shows a gap', () => {
    expect(applyDelta('Hel', { offset: 3, text: 'lo' })).toBe('Hello')
    expect(applyDelta('Hel', { offset: 1, text: 'i' })).toBe('Hi')
    expect(applyDelta('Hello', { offset: 0, text: '' })).toBe('')
    expect(applyDelta('Hel', { offset: 4, text: 'o' })).toBeNull()
  })
})

describe('two deltas made one', () => {
  it('do what both do, one after the other', () => {
    const delta: fc.Arbitrary<TextDelta> = fc.record({ offset: fc.nat(12), text: fc.string({ maxLength: 8 }) })
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), delta, delta, (answer, first, next) => {
        const once = applyDelta(answer, first)
        const merged = mergeDeltas(first, next)
        if (once === null) return
        const twice = applyDelta(once, next)
        if (merged === null) expect(twice).toBeNull()
        else expect(applyDelta(answer, merged)).toBe(twice)
      }),
      { numRuns: 500 },
    )
  })

  it('stay two when there is a gap between them', () => {
    expect(mergeDeltas({ offset: 0, text: 'ab' }, { offset: 3, text: 'd' })).toBeNull()
    expect(mergeDeltas({ offset: 0, text: 'ab' }, { offset: 2, text: 'c' })).toEqual({ offset: 0, text: 'abc' })
  })
})
