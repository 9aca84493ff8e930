import fc from 'fast-check'
import { expect, it } from 'vitest'
import { maxAnswerChars, resultPartChars } from '../../contract/limits.ts'
import type { AttemptResult } from '../../domain/message/events.ts'
import { fitAnswer, resultFrames, splitText } from './result-frames.ts'

const ref = { message_id: 'msg-1', attempt: 2 }
const answer = (text: string): AttemptResult => ({ outcome: 'succeeded', text, began: true, effects: 'possible' })

it('splits any text so that its pieces joined are the text, none too long and no character torn', () => {
  const characters = fc.array(fc.constantFrom('a', 'é', '汉', '🦀'), { maxLength: 40 })
  fc.assert(
    fc.property(characters, fc.integer({ min: 2, max: 7 }), (all, max) => {
      const text = all.join('')
      const parts = splitText(text, max)
      return parts.join('') === text && parts.every((part) => part.length <= max && part.isWellFormed())
    }),
  )
})

it('loses nothing of a text that came torn', () => {
  const torn = '\ud83e\ud83e\udd80\udd80a'
  expect(splitText(torn, 2).join('')).toBe(torn)
})

it('makes one frame of an empty answer', () => {
  expect([...resultFrames(ref, answer(''))]).toEqual([
    { type: 'result', ...ref, part: 0, parts: 1, text: '', outcome: 'succeeded', began: true, effects: 'possible' },
  ])
})

it('numbers the parts of a long answer and says outcome, usage and error in each', () => {
  const usage = { output_tokens: 3 }
  const error = { code: 'provider_failing' as const, message: 'The model stopped.' }
  const text = `${'a'.repeat(resultPartChars - 1)}🦀b`
  const frames = [...resultFrames(ref, { ...answer(text), outcome: 'failed', usage, error })]
  expect(frames.map((frame) => [frame.part, frame.parts, frame.text.length])).toEqual([
    [0, 2, resultPartChars - 1],
    [1, 2, 3],
  ])
  expect(frames.every((frame) => frame.usage === usage && frame.error === error)).toBe(true)
})

it('turns an answer over the limit into a failure that keeps what came', () => {
  const fits = answer('a'.repeat(maxAnswerChars))
  expect(fitAnswer(fits)).toBe(fits)
  const cut = fitAnswer(answer(`${'a'.repeat(maxAnswerChars - 1)}🦀`))
  expect(cut).toMatchObject({ outcome: 'failed', error: { code: 'answer_too_large' }, began: true })
  expect(cut.text.length).toBe(maxAnswerChars - 1)
})
