/**
 * Steps for a result that comes after its attempt was settled. It is the answer while nothing else was begun in its
 * place; later it is kept with its attempt, and the message stays as it is: there is one visible reply.
 */
import { lateTextChars } from '../../contract/limits.ts'
import { type Attempt, hasEnded, type LateResult, type Message } from '../../contract/message.ts'
import { cut } from '../text.ts'
import type { AttemptResult, Step } from './events.ts'
import { changed, editAttempt, ended, type EventOf, rejected, unchanged } from './step-parts.ts'

/** A repeat is normal: the acknowledgement was lost. */
export function lateResult(message: Message, { attempt, result }: EventOf<'result'>, at: string): Step {
  const known = message.attempts.find((one) => one.number === attempt)
  if (known === undefined) return rejected(message, `There is no attempt ${attempt} at this message.`)
  if (known.outcome === result.outcome || known.outcome === 'late') return unchanged(message)
  if (known.outcome !== 'interrupted') {
    const where = hasEnded(message.state) || attempt === message.attempt ? message.state : 'at a later attempt'
    return rejected(message, `The result of attempt ${attempt} came when the message was ${where}.`)
  }
  if (result.outcome === 'succeeded' && nothingBegunSince(message, known)) return answered(message, known, result, at)
  const why = known.error === undefined ? {} : { error: known.error }
  return changed(editAttempt(message, { ...why, outcome: 'late', late: kept(result, at) }, known.number), at)
}

/** It waits to be run again, and no node was told to start. */
const nothingBegunSince = ({ state, attempts }: Message, { number }: Attempt): boolean =>
  (state === 'queued' || state === 'offered') &&
  !attempts.some((one) => one.number > number && one.started_at !== undefined && one.outcome !== 'never_began')

/** queued, offered → succeeded: the answer is here, so it need not be run again. */
function answered(message: Message, known: Attempt, { text, usage }: AttemptResult, at: string): Step {
  const withdrawn = message.state === 'offered' ? editAttempt(message, { outcome: 'cancelled', ended_at: at }) : message
  const tried = editAttempt(withdrawn, { outcome: 'succeeded', ended_at: at }, known.number)
  const { node_id, node_name } = known
  return changed(ended({ ...tried, node_id, node_name }, 'succeeded', at, { response: text, usage }), at)
}

const kept = ({ outcome, text, error }: AttemptResult, at: string): LateResult => ({
  outcome,
  at,
  text: cut(text, lateTextChars),
  chars: text.length,
  ...(error === undefined ? {} : { error }),
})
