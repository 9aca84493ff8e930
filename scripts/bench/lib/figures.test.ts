import { describe, expect, it } from 'vitest'
import { median, quantile, slope, table } from './figures.ts'

describe('the figures of a bench', () => {
  it('finds the middle and the end of the samples, in whatever order they came', () => {
    const samples = Array.from({ length: 100 }, (_, at) => (at * 37) % 100)
    expect(median(samples)).toBe(50)
    expect(quantile(samples, 0.99)).toBe(99)
    expect(quantile(samples, 1)).toBe(99)
    expect(median([])).toBeNaN()
  })

  it('finds how fast something grows', () => {
    expect(slope([0, 1, 2, 3].map((x) => ({ x, y: 7 + 2 * x })))).toBeCloseTo(2)
    expect(slope([0, 1, 2, 3].map((x) => ({ x, y: 7 })))).toBe(0)
  })

  it('prints columns that line up', () => {
    expect(
      table(
        ['what', 'ms'],
        [
          ['direct', '0.10'],
          ['节点', '12.00'],
        ],
      ),
    ).toBe(['| what   |    ms |', '| ------ | ----: |', '| direct |  0.10 |', '| 节点   | 12.00 |'].join('\n'))
  })
})
