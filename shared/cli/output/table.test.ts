import stringWidth from 'string-width'
import { expect, it } from 'vitest'
import { fit, table } from './table.ts'

const paint = (_: string, text: string) => text

it('aligns columns by what the terminal shows, not by characters', () => {
  const text = table(
    ['NAME', 'STATUS'],
    [
      ['龙虾', 'online'],
      ['mac', 'busy'],
    ],
    { width: Infinity, paint },
  )
  const [, wide = '', narrow = ''] = text.split('\n')
  expect(stringWidth(wide.slice(0, wide.indexOf('online')))).toBe(stringWidth(narrow.slice(0, narrow.indexOf('busy'))))
})

it('cuts only the last column, to the width of the terminal', () => {
  const text = table(['A', 'B'], [['one', 'x'.repeat(100)]], { width: 20, paint })
  expect(text.split('\n')[1]).toBe(`one  ${'x'.repeat(14)}…`)
})

it('lets nothing from a cell reach the terminal but its text', () => {
  expect(table(['A'], [['a\nb\u001b[31m']], { width: Infinity, paint })).toBe('A\na b\n')
})

it('cuts between characters as people see them', () => {
  expect(fit('👩‍🚀👩‍🚀👩‍🚀', 5)).toBe('👩‍🚀👩‍🚀…')
  expect(fit('龙虾', 4)).toBe('龙虾')
})
