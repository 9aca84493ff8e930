/** Cuts answers into frames of the link. Pure. */
import { maxAnswerChars, resultPartChars } from '../../contract/limits.ts'
import type { AttemptRef, Result } from '../../contract/link.ts'
import type { AttemptResult } from '../../domain/message/events.ts'

/** Pieces of at most `max` UTF-16 code units, never between the two of one character; one empty piece for no text. */
export function splitText(text: string, max: number): string[] {
  const parts: string[] = []
  let from = 0
  while (text.length - from > max) {
    const to = isHighSurrogate(text.charCodeAt(from + max - 1)) ? from + max - 1 : from + max
    parts.push(text.slice(from, to))
    from = to
  }
  parts.push(text.slice(from))
  return parts
}

export function* resultFrames(ref: AttemptRef, result: AttemptResult): Generator<Result> {
  const { text, outcome, usage, error, began, effects } = result
  const texts = splitText(text, resultPartChars)
  for (const [part, piece] of texts.entries()) {
    yield {
      type: 'result',
      message_id: ref.message_id,
      attempt: ref.attempt,
      part,
      parts: texts.length,
      text: piece,
      outcome,
      ...(usage === undefined ? {} : { usage }),
      ...(error === undefined ? {} : { error }),
      began,
      effects,
    }
  }
}

/** An answer over the limit is a failure that keeps what came. */
export const fitAnswer = (result: AttemptResult): AttemptResult =>
  result.text.length <= maxAnswerChars ? result : tooLarge(result)

export const tooLarge = (result: AttemptResult): AttemptResult => ({
  ...result,
  outcome: 'failed',
  text: splitText(result.text, maxAnswerChars)[0] ?? '',
  began: true,
  effects: 'possible',
  error: {
    code: 'answer_too_large',
    message: `The answer is longer than ${maxAnswerChars} characters; the first part of it was kept.`,
    hint: 'Ask for a shorter answer, or for a file on the node.',
  },
})

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff
