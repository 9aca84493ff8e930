// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { isPlain, RichText } from './RichText.tsx'

afterEach(cleanup)
const show = (text: string) => render(<RichText text={text} showAll="Show all" image="Picture" />).container

it('draws what an answer says with signs', () => {
  show('# Title\n\nSome **bold** and `code`.\n\n- one\n- two\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n- [x] done')
  expect(screen.getByRole('heading', { name: 'Title' }).tagName).toBe('H5')
  expect([screen.getByText('bold').tagName, screen.getByText('code').tagName]).toEqual(['STRONG', 'CODE'])
  expect(screen.getByRole('cell', { name: '2' })).toBeDefined()
  expect([document.querySelectorAll('li').length, document.querySelector('input')]).toEqual([3, null])
})

it('takes HTML as the text it is', () => {
  const container = show('<img src=x onerror=alert(1)>\n\n<script>alert(1)</script> <b>x</b>')
  expect(container.querySelector('img, script, b')).toBeNull()
  expect(container.textContent).toContain('<script>alert(1)</script>')
})

it('links outside only, in a window of its own that learns nothing of this one', () => {
  show('[out](https://example.org/a) [js](javascript:alert(1)) [in](#/settings) [data](data:text/html,x) [rel](/api)')
  const links = screen.getAllByRole('link')
  expect(links.map((link) => link.getAttribute('href'))).toEqual(['https://example.org/a'])
  expect([links[0]?.getAttribute('rel'), links[0]?.getAttribute('target')]).toEqual([
    'noopener noreferrer nofollow',
    '_blank',
  ])
})

it('names pictures and loads none', () => {
  const container = show('![a cat](https://example.org/cat.png)')
  expect(container.querySelector('img')).toBeNull()
  expect(container.textContent).toBe('Picture: a cat')
})

it.each([
  ['very long', 'word '.repeat(200_000)],
  ['deep quotes', '> '.repeat(5_000) + 'x'],
  ['quotes without blanks', '>'.repeat(5_000) + 'x'],
  ['deep lists', '- '.repeat(5_000) + 'x'],
  ['open brackets', '['.repeat(10_000)],
  ['open brackets and words', '[a '.repeat(5_000)],
  ['stars', '*a '.repeat(6_000)],
  ['ticks', '`a '.repeat(6_000)],
  ['nested links', '[a]('.repeat(4_000)],
  ['a list step by step', Array.from({ length: 150 }, (_, depth) => `${' '.repeat(depth * 2)}- x`).join('\n')],
])('draws %s without stopping the page', (_, text) => {
  const began = performance.now()
  const container = show(text)
  expect(container.textContent.length).toBeGreaterThan(0)
  expect(performance.now() - began).toBeLessThan(3_000)
})

it('keeps to plain text past a limit', () => {
  expect([isPlain('**a**'), isPlain('a'.repeat(20_001))]).toEqual([false, true])
})
