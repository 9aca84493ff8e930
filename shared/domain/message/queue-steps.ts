/** Steps out of the queue and within it: the next attempt, why it waits, and giving up. */
import type { Attempt, Message } from '../../contract/message.ts'
import type { Step } from './events.ts'
import { changed, ended, type EventOf, misplaced, unchanged } from './step-parts.ts'

/** How many attempts a message remembers. Refusals do not count against it, so their number is bounded only here. */
export const keptAttempts = 32

/** queued → offered: the next attempt begins its hand-off. */
export function offer(message: Message, event: EventOf<'offer'>, at: string): Step {
  const wrong = misplaced(message, event, ['queued'])
  if (wrong) return wrong
  const { waiting, not_before, error, ...rest } = message
  const number = message.attempt + 1
  const { node_id, node_name, decision } = event
  const next: Attempt = { number, node_id, node_name, offered_at: at, charged: false }
  return changed(
    {
      ...rest,
      state: 'offered',
      attempt: number,
      attempts: [...withRoom(message.attempts), next],
      node_id,
      node_name,
      decision,
      affinity: decision.affinity,
    },
    at,
  )
}

/** The oldest attempt that does not count makes room; one that counts only where a person had it run again without end. */
function withRoom(attempts: readonly Attempt[]): Attempt[] {
  if (attempts.length < keptAttempts) return [...attempts]
  const oldest = Math.max(
    0,
    attempts.findIndex((attempt) => !attempt.charged),
  )
  return attempts.filter((_, index) => index !== oldest)
}

/** Records where a queued message stands. While the reason stays the same, so does its `since`. */
export function wait(message: Message, event: EventOf<'waiting'>, at: string): Step {
  const wrong = misplaced(message, event, ['queued'])
  if (wrong) return wrong
  const { waiting: before, ...rest } = message
  const now = event.waiting
  const waiting = now && before && now.reason === before.reason ? { ...now, since: before.since } : now
  const stays =
    (waiting === null && before === undefined) ||
    (waiting?.reason === before?.reason && waiting?.position === before?.position)
  const { decision } = event
  // A decision that differs only in when it was made is not worth a write.
  if (stays && (decision === undefined || same({ ...decision, at }, { ...message.decision, at }))) {
    return unchanged(message)
  }
  return changed(
    { ...rest, ...(waiting === null ? {} : { waiting }), ...(decision === undefined ? {} : { decision }) },
    at,
  )
}

const same = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Nobody can, or nobody could in time. */
export function giveUp(message: Message, event: EventOf<'give_up'>, at: string): Step {
  const wrong = misplaced(message, event, ['queued'])
  if (wrong) return wrong
  const { error, decision } = event
  return changed({ ...ended(message, 'failed', at, { error }), ...(decision === undefined ? {} : { decision }) }, at)
}
