import { expect, it } from 'vitest'
import { duration } from './duration.ts'
import { ago } from './TimeAgo.tsx'

it.each([
  [3, undefined],
  [-600, undefined],
  [13, '10 sec. ago'],
  [59, '55 sec. ago'],
  [60, '1 min. ago'],
  [7_300, '2 hr. ago'],
  [200_000, '2 days ago'],
])('says of %d seconds ago: %s', (seconds, text) => {
  expect(ago(seconds, 'en')).toBe(text)
})

it.each([
  [450, '0.5 sec'],
  [-20, '0 sec'],
  [59_900, '59 sec'],
  [61_000, '1 min 1 sec'],
  [3_660_000, '1 hr 1 min'],
  [90_000_000, '1 day 1 hr'],
])('says of %d ms: %s', (ms, text) => {
  expect(duration(ms, 'en')).toBe(text)
})
