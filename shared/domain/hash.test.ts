import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hash32 } from './hash.ts'

describe('hash32', () => {
  it('is the same number each time and everywhere', () => {
    expect([hash32(''), hash32('msg-1 node-1'), hash32('书房')]).toEqual([2_872_998_923, 3_617_086_794, 1_825_866_057])
  })

  it('stays within 32 bits', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const hash = hash32(text)
        expect(Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32).toBe(true)
      }),
    )
  })

  it('tosses a fair coin between two nodes', () => {
    const wins = Array.from({ length: 1_000 }, (_, index) => `msg-${index}`).filter(
      (id) => hash32(`${id} node-1`) < hash32(`${id} node-2`),
    )
    expect(wins.length).toBeGreaterThan(420)
    expect(wins.length).toBeLessThan(580)
  })
})
