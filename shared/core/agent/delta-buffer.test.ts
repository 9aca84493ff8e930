import { expect, it } from 'vitest'
import { resultPartChars } from '../../contract/limits.ts'
import { DeltaBuffer, maxPendingChars } from './delta-buffer.ts'

it('merges what follows on and gives it once', () => {
  const buffer = new DeltaBuffer()
  buffer.push(0, 'Hel')
  buffer.push(3, 'lo')
  expect(buffer.take()).toEqual([{ offset: 0, text: 'Hello' }])
  expect(buffer.take()).toEqual([])
  buffer.push(5, '!')
  expect(buffer.take()).toEqual([{ offset: 5, text: '!' }])
})

it('lets a smaller offset replace from there, sent or not', () => {
  const buffer = new DeltaBuffer()
  buffer.push(0, 'Hello')
  buffer.push(3, 'p')
  expect(buffer.take()).toEqual([{ offset: 0, text: 'Help' }])
  buffer.push(1, 'i')
  expect(buffer.take()).toEqual([{ offset: 1, text: 'i' }])
})

it('does not close a hole', () => {
  const buffer = new DeltaBuffer()
  buffer.push(0, 'a')
  buffer.push(10, 'b')
  expect(buffer.take()).toEqual([{ offset: 10, text: 'b' }])
})

it('keeps the newest text when too much waits', () => {
  const buffer = new DeltaBuffer()
  buffer.push(0, 'a'.repeat(maxPendingChars))
  buffer.push(maxPendingChars, 'bc')
  const taken = buffer.take()
  expect(taken[0]?.offset).toBe(2)
  expect(taken.at(-1)?.text.endsWith('abc')).toBe(true)
  expect(taken.reduce((sum, { text }) => sum + text.length, 0)).toBe(maxPendingChars)
})

it('cuts to the size of a frame', () => {
  const buffer = new DeltaBuffer()
  buffer.push(7, 'a'.repeat(resultPartChars + 1))
  expect(buffer.take().map(({ offset, text }) => [offset, text.length])).toEqual([
    [7, resultPartChars],
    [7 + resultPartChars, 1],
  ])
})
