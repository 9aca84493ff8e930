import { describe, expect, it } from 'vitest'
import { clean, cleanableLength, cleanJson, cleanLine } from './clean.ts'

const esc = '\u001b'

describe('cleaning text for the terminal', () => {
  it.each([
    ['a colour', `${esc}[31mred${esc}[0m`, 'red'],
    ['a new title', `${esc}]0;owned\u0007hello`, 'hello'],
    ['a link that shows another address', `${esc}]8;;https://evil.example${esc}\\bank${esc}]8;;${esc}\\`, 'bank'],
    ['a cleared screen', `${esc}[2J${esc}[Hgone`, 'gone'],
    ['a one-character control sequence', '\u009b31mred', 'red'],
    ['a line overwritten by its own carriage return', 'safe\rrm -rf', 'saferm -rf'],
    ['a backspaced word', 'no\b\byes', 'noyes'],
    ['a bell', 'ding\u0007', 'ding'],
    ['reversed reading direction', 'a\u202egpj.exe', 'agpj.exe'],
    ['isolated reading direction', 'a\u2066b\u2069', 'ab'],
    ['a lone escape character', `a${esc}`, 'a'],
  ])('takes out %s', (_, text, shown) => {
    expect(clean(text)).toBe(shown)
  })

  it('leaves ordinary text of any language alone', () => {
    const text = 'Tab:\there\nnext line\r\n龙虾 🦞 👩‍🚀 naïve مرحبا'
    expect(clean(text)).toBe(text.replace('\r\n', '\n'))
  })

  it('makes one line of many', () => {
    expect(cleanLine(` a\n\tb${esc}[1m  c `)).toBe('a b c')
  })
})

describe('text that arrives in pieces', () => {
  it.each([
    ['a sequence cut short', `abc${esc}[3`, 3],
    ['an escape character at the end', `abc${esc}`, 3],
    ['a title that is not finished', `abc${esc}]0;own`, 3],
    ['half a character', 'abc\ud83e', 3],
    ['half a line end', 'abc\r', 3],
  ])('waits with %s', (_, text, length) => {
    expect(cleanableLength(text)).toBe(length)
  })

  it.each([`abc${esc}[31m`, `abc${esc}]0;owned\u0007`, 'abc', '', '🦞'])('takes %j whole', (text) => {
    expect(cleanableLength(text)).toBe(text.length)
  })

  it('does not wait for ever on a sequence that never ends', () => {
    const text = `${esc}]0;${'x'.repeat(300)}`
    expect(cleanableLength(text)).toBe(text.length)
  })
})

it('keeps JSON the same value while nothing in it is left for the terminal to obey', () => {
  const value = { name: 'a\u009b31mb\u202ec\u001b[0m' }
  const text = cleanJson(value)
  expect(JSON.parse(text)).toEqual(value)
  expect(text).toMatch(/^[ -~]+$/)
})
