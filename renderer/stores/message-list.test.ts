import { expect, it } from 'vitest'
import { aMessage } from '../../shared/testing/builders.ts'
import { lineOf, maxLines, withMessage, withOlder } from './message-list.ts'

const line = (id: number, change: Parameters<typeof aMessage>[0] = {}) =>
  lineOf(aMessage({ id: `msg-${id}`, created_at: new Date(id * 1_000).toISOString(), ...change }))
const ids = (lines: readonly { readonly id: string }[]) => lines.map(({ id }) => id)

it('puts a new message on top and an older one where it belongs', () => {
  const start = [line(5), line(2)]
  expect(ids(withMessage(start, line(9)).lines)).toEqual(['msg-9', 'msg-5', 'msg-2'])
  expect(ids(withMessage(start, line(3)).lines)).toEqual(['msg-5', 'msg-3', 'msg-2'])
  expect(ids(withMessage(start, line(1)).lines)).toEqual(['msg-5', 'msg-2', 'msg-1'])
})

it('replaces a line in place, but never by an older word on it', () => {
  const start = [line(5), line(2, { state: 'running', updated_at: '2026-01-01T00:00:05.000Z' })]
  const done = line(2, { state: 'succeeded', updated_at: '2026-01-01T00:00:06.000Z' })
  const late = line(2, { state: 'queued', updated_at: '2026-01-01T00:00:01.000Z' })
  expect(withMessage(start, done).lines.map(({ state }) => state)).toEqual(['queued', 'succeeded'])
  expect(withMessage(start, late).lines).toBe(start)
})

it('lets the oldest go when there are too many, and says so', () => {
  const full = Array.from({ length: maxLines }, (_, index) => line(maxLines - index))
  const { lines, dropped } = withMessage(full, line(maxLines + 1))
  expect([lines.length, lines[0]?.id, lines.at(-1)?.id, dropped]).toEqual([maxLines, 'msg-1001', 'msg-2', true])
})

it('adds an older page without doubling what is there', () => {
  expect(ids(withOlder([line(5), line(4)], [line(4), line(3)]))).toEqual(['msg-5', 'msg-4', 'msg-3'])
})

it('makes a line of a whole message as the coordinator would', () => {
  const made = lineOf(aMessage({ content: 'x'.repeat(500), response: 'y'.repeat(500), node_name: 'mac' }))
  expect([made.excerpt.length, made.response_excerpt?.length, made.node_name]).toEqual([280, 280, 'mac'])
  expect(made).not.toHaveProperty('attempts')
})
