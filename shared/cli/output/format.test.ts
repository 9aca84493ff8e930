import { expect, it } from 'vitest'
import { age, gpuText, loadText, since, span } from './format.ts'

it.each([
  [-5, '0s'],
  [59_999, '59s'],
  [60_000, '1m'],
  [3_600_000, '1h'],
  [47 * 3_600_000, '47h'],
  [48 * 3_600_000, '2d'],
])('tells an age of %i ms as %s', (ms, text) => {
  expect(age(ms)).toBe(text)
})

it('counts since an instant', () => {
  expect(since('2026-01-02T11:57:00Z', Date.parse('2026-01-02T12:00:00Z'))).toBe('3m')
})

it('tells load with what waits', () => {
  const load = { running: 8, queued: 3, slots: 8, cpu: 0, memory: 0, on_battery: false, paused: false }
  expect(loadText(load)).toBe('8/8 +3')
  expect(loadText({ ...load, queued: 0 })).toBe('8/8')
})

it('tells graphics cards', () => {
  expect(gpuText(false, [])).toBe('')
  expect(gpuText(true, [])).toBe('yes')
  expect(gpuText(true, [{ name: 'RTX 4090', vram_gb: 23.99 }])).toBe('RTX 4090 24 GB')
  const card = { name: 'A100', vram_gb: 0 }
  expect(gpuText(true, [card, card])).toBe('2× A100')
})

it.each([
  [0, '0s'],
  [59_001, '1m'],
  [90 * 60_000, '1h 30m'],
  [3_599_000, '1h'],
  [25 * 3_600_000 + 60_000, '1d 1h'],
  [7 * 86_400_000, '7d'],
])('a time to come of %i ms reads %s', (ms, text) => {
  expect(span(ms)).toBe(text)
})
