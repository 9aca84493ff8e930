import { expect, it } from 'vitest'
import { StreamedText } from './streamed-text.ts'

it('sends what follows what was sent, and nothing twice', () => {
  const text = new StreamedText()
  expect(text.add(0, 'Hel')).toBe('Hel')
  expect(text.add(0, 'Hello')).toBe('lo')
  expect(text.add(1, 'ell')).toBe('')
  expect(text.finish('Hello, world')).toBe(', world')
})

it('waits for the whole answer after a hole', () => {
  const text = new StreamedText()
  expect(text.add(0, 'ab')).toBe('ab')
  expect(text.add(5, 'f')).toBe('')
  expect(text.finish('abcdef')).toBe('cdef')
})

it('refuses text that contradicts what was sent, but for white space around the answer', () => {
  const text = new StreamedText()
  text.add(0, 'Hello ')
  expect(text.add(0, 'Howdy')).toBeUndefined()
  expect(text.finish('Hello')).toBe('')
  expect(text.finish('Howdy')).toBeUndefined()
})
