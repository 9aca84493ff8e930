/** Putting a streamed answer together from its deltas, and merging deltas for a reader that is slow. */

/** Text and its place in the answer, in UTF-16 code units. One that begins before the end replaces from there. */
export interface TextDelta {
  readonly offset: number
  readonly text: string
}

/** The answer with the delta in it; null when text before the delta is missing (a gap: wait for the result). */
export function applyDelta(answer: string, delta: TextDelta): string | null {
  if (delta.offset > answer.length) return null
  if (delta.offset === answer.length) return answer + delta.text
  return answer.slice(0, delta.offset) + delta.text
}

/** One delta that does what `first` and then `next` do; null when they leave a gap between them. */
export function mergeDeltas(first: TextDelta, next: TextDelta): TextDelta | null {
  if (next.offset <= first.offset) return { offset: next.offset, text: next.text }
  const text = applyDelta(first.text, { offset: next.offset - first.offset, text: next.text })
  return text === null ? null : { offset: first.offset, text }
}
