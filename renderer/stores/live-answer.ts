/** The text of an answer that is still being written. Pure: pieces may repeat, overlap or begin in the middle. */
import type { MessageDelta } from '../../shared/contract/event.ts'

export interface LiveAnswer {
  readonly attempt: number
  /** Where `text` begins in the answer, in UTF-16 code units: more than 0 when watching began late. */
  readonly start: number
  readonly text: string
}

export function mergeDelta(answer: LiveAnswer | undefined, { data }: MessageDelta): LiveAnswer {
  const fresh = { attempt: data.attempt, start: data.offset, text: data.text }
  if (!answer || data.attempt > answer.attempt) return fresh
  if (data.attempt < answer.attempt) return answer
  const at = data.offset - answer.start
  const end = answer.text.length
  // A hole: what was before it cannot be joined, and the whole answer comes with the result.
  if (at > end) return fresh
  if (at === end) return { ...answer, text: answer.text + data.text }
  if (at >= 0) {
    return at + data.text.length <= end ? answer : { ...answer, text: answer.text.slice(0, at) + data.text }
  }
  // Told again from further back than watching began; only what joins up with ours is kept of ours.
  const joins = -at <= data.text.length
  return { ...fresh, text: joins ? data.text + answer.text.slice(at + data.text.length) : data.text }
}
