// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import fc from 'fast-check'
import { afterEach, expect, it } from 'vitest'
import { blocks, LongText } from './LongText.tsx'

afterEach(cleanup)
const drawn = () => document.body.textContent.replace('Show all', '').length

it('draws a short text as it is, HTML and all', () => {
  render(<LongText text={'<b>a</b>\n  b'} showAll="Show all" />)
  expect(document.querySelector('b')).toBeNull()
  expect(document.body.textContent).toBe('<b>a</b>\n  b')
})

it('draws the beginning of a long text until asked for all of it', () => {
  render(<LongText text={'x'.repeat(1_048_576)} limit={20_000} showAll="Show all" />)
  expect(drawn()).toBe(20_000)
  fireEvent.click(screen.getByRole('button', { name: 'Show all' }))
  expect(drawn()).toBe(1_048_576)
})

it('draws the end of a text that still grows', () => {
  render(<LongText text={`${'x'.repeat(100)}end`} part="end" limit={10} showAll="Show all" />)
  expect(document.body.textContent).toBe('Show allxxxxxxxend')
})

it('cuts long texts into blocks that lose nothing and never split a character', () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => text.replaceAll('\n', ' '))
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), fc.nat(500), (lines, repeat) => {
      const all = blocks(lines.join('\n').repeat(repeat))
      expect(all.every((block) => block.length <= 8_001 && block.isWellFormed())).toBe(true)
      const text = (parts: readonly string[]) => parts.join('').replaceAll('\n', '')
      expect(text(all)).toBe(lines.join('\n').repeat(repeat).replaceAll('\n', ''))
    }),
  )
})
