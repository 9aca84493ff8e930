/** Steps of the hand-off: offer, accept or refuse, start, begun. Until `start` a message may move at once. */
import type { Message } from '../../contract/message.ts'
import type { Step } from './events.ts'
import {
  changed,
  editAttempt,
  type EventOf,
  givenBack,
  maybeWithNode,
  misplaced,
  pin,
  unchanged,
  unpin,
} from './step-parts.ts'

/** offered → queued, not charged: the node will not do it, and `start` was never sent. */
export function refused(message: Message, event: EventOf<'refused'>, at: string): Step {
  const wrong = misplaced(message, event, ['offered'])
  if (wrong) return wrong
  const tried = editAttempt(message, { outcome: 'refused', ended_at: at, error: event.error })
  return changed(givenBack(tried, at), at)
}

/** offered → started. Once this is on disk, `start` may be sent, and the message moves only on the node's proof. */
export function start(message: Message, event: EventOf<'start'>, at: string): Step {
  const repeated = message.state === 'started' && event.attempt === message.attempt
  if (repeated) return unchanged(message)
  const wrong = misplaced(message, event, ['offered'])
  if (wrong) return wrong
  const life = event.life === undefined ? {} : { life: event.life }
  return changed({ ...editAttempt(message, { started_at: at, ...life }), state: 'started' }, at, pin(message))
}

/** started → running. */
export function began(message: Message, event: EventOf<'began'>, at: string): Step {
  const wrong = misplaced(message, event, maybeWithNode)
  if (wrong) return wrong
  // Word of an interrupted attempt does not take the turn back: its conversation may have gone on.
  if (message.state !== 'started') return unchanged(message)
  return changed({ ...editAttempt(message, { began_at: at }), state: 'running' }, at)
}

/** Back to the queue, not charged, and the conversation is not tied to that node by it. */
export function neverBegan(message: Message, event: Omit<EventOf<'never_began'>, 'type'>, at: string): Step {
  const wrong = misplaced(message, { type: 'never_began', attempt: event.attempt }, maybeWithNode)
  if (wrong) return wrong
  const tried = editAttempt(message, { outcome: 'never_began', ended_at: at, error: event.error, charged: false })
  return changed(givenBack(tried, at), at, unpin(message))
}
