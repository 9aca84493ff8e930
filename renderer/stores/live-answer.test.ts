import fc from 'fast-check'
import { expect, it } from 'vitest'
import { delta } from '../testing/fake-mesh.ts'
import { type LiveAnswer, mergeDelta } from './live-answer.ts'

const joined = (...pieces: Parameters<typeof mergeDelta>[1][]) =>
  pieces.reduce<LiveAnswer | undefined>((answer, piece) => mergeDelta(answer, piece), undefined)

it('joins pieces, however they are cut and however often some are repeated', () => {
  const text = 'The quick brown fox 跳过了懒狗 🦞.'
  fc.assert(
    fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), fc.nat(text.length), (cuts, again) => {
      const at = [...new Set([0, ...cuts, text.length])].sort((a, b) => a - b)
      const pieces = at.slice(0, -1).map((from, index) => delta('m', from, text.slice(from, at[index + 1])))
      expect(joined(...pieces, delta('m', 0, text.slice(0, again)))).toMatchObject({ start: 0, text })
    }),
  )
})

it('begins in the middle when watching began late, and says where', () => {
  expect(joined(delta('m', 10, 'fox'))).toEqual({ attempt: 1, start: 10, text: 'fox' })
})

it('takes the beginning when it is told again from the start', () => {
  expect(joined(delta('m', 4, 'fox'), delta('m', 0, 'the fox'))).toMatchObject({ start: 0, text: 'the fox' })
  expect(joined(delta('m', 4, 'fox jumps'), delta('m', 0, 'the f'))).toMatchObject({ start: 0, text: 'the fox jumps' })
})

it('never joins over a hole', () => {
  expect(joined(delta('m', 0, 'the'), delta('m', 9, 'jumps'))).toMatchObject({ start: 9, text: 'jumps' })
  expect(joined(delta('m', 9, 'jumps'), delta('m', 0, 'the'))).toMatchObject({ start: 0, text: 'the' })
})

it('begins anew with the next attempt, deaf to the one before', () => {
  const answer = joined(delta('m', 0, 'first', 1), delta('m', 0, 'second', 2), delta('m', 5, ' more', 1))
  expect(answer).toEqual({ attempt: 2, start: 0, text: 'second' })
})
