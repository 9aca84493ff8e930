import { expect, it } from 'vitest'
import { memorySink } from '../testing/fakes.ts'
import { answerPrinter } from './answer-printer.ts'

function printing() {
  const out = memorySink()
  const rewrites: string[] = []
  return { out, rewrites, printer: answerPrinter(out, () => rewrites.push(out.text)) }
}

it('prints text as it comes and ends the line', () => {
  const { out, printer } = printing()
  printer.delta(0, 'Hello')
  expect(out.text).toBe('Hello')
  printer.delta(5, ', world')
  printer.end('Hello, world')
  expect(out.text).toBe('Hello, world\n')
})

it('prints nothing twice when deltas repeat or overlap', () => {
  const { out, printer } = printing()
  printer.delta(0, 'Hello')
  printer.delta(0, 'Hel')
  printer.delta(3, 'lo wo')
  printer.delta(0, 'Hello world')
  printer.end('Hello world')
  expect(out.text).toBe('Hello world\n')
})

it('prints what deltas left out when the answer is there', () => {
  const { out, printer } = printing()
  printer.delta(0, 'Hel')
  printer.delta(100, 'too far')
  printer.end('Hello world\n')
  expect(out.text).toBe('Hello world\n')
})

it('prints the whole answer anew when what was shown does not hold', () => {
  const { out, rewrites, printer } = printing()
  printer.delta(0, 'Hello wrold')
  printer.delta(6, 'world')
  printer.end('Hello world')
  expect(rewrites).toEqual(['Hello wrold\n'])
  expect(out.text).toBe('Hello wrold\nHello world\n')
})

it('ends with what it has when there is no answer', () => {
  const { out, printer } = printing()
  printer.delta(0, 'Half an ans')
  printer.end()
  expect(out.text).toBe('Half an ans\n')
})

it('prints nothing for an empty answer', () => {
  const { out, printer } = printing()
  printer.end('')
  expect(out.text).toBe('')
})

it('lets no escape sequence through, not even in two pieces', () => {
  const { out, printer } = printing()
  printer.delta(0, 'red: \u001b[3')
  printer.delta(8, '1mpaint\u001b')
  printer.end('red: \u001b[31mpaint\u001b[0m!')
  expect(out.text).toBe('red: paint!\n')
})
