/** Steps for a node that cannot be heard: it may be working on the message, may have lost it, or may come back. */
import type { ErrorBody } from '../../contract/error.ts'
import type { Message } from '../../contract/message.ts'
import type { Step } from './events.ts'
import { changed, editAttempt, type EventOf, maybeWithNode, misplaced, unchanged } from './step-parts.ts'

/** Notes since when the node is away; the state stays until `interrupt`. */
export function nodeLost(message: Message, event: EventOf<'node_lost'>, at: string): Step {
  const wrong = misplaced(message, event, maybeWithNode)
  if (wrong) return wrong
  if (message.state === 'interrupted' || message.node_lost_at !== undefined) return unchanged(message)
  return changed({ ...message, node_lost_at: at }, at)
}

/** The node is back and has the attempt in its journal, which it writes only when the attempt begins. */
export function nodeBack(message: Message, event: EventOf<'node_back'>, at: string): Step {
  const wrong = misplaced(message, event, maybeWithNode)
  if (wrong) return wrong
  if (message.state === 'interrupted') return unchanged(message)
  if (message.state === 'running' && message.node_lost_at === undefined) return unchanged(message)
  const { node_lost_at, ...rest } = message
  if (message.state === 'running') return changed(rest, at)
  return changed({ ...editAttempt(rest, { began_at: at }), state: 'running' }, at)
}

/** started, running → interrupted: nobody can say whether the turn ran. Only a late result or a person ends it. */
export function interrupt(message: Message, event: Omit<EventOf<'interrupt'>, 'type'>, at: string): Step {
  const wrong = misplaced(message, { type: 'interrupt', attempt: event.attempt }, maybeWithNode)
  if (wrong) return wrong
  if (message.state === 'interrupted') return unchanged(message)
  const error = message.cancel_requested_at === undefined ? event.error : stopUnconfirmed(event.error)
  const { node_lost_at, ...rest } = editAttempt(message, {
    outcome: 'interrupted',
    ended_at: at,
    error,
    charged: true,
  })
  return changed({ ...rest, state: 'interrupted', error }, at)
}

/** Somebody asked to stop it and no node confirmed: it may still be working, and it is never run again. */
export const stopUnconfirmed = (error: ErrorBody): ErrorBody => ({
  ...error,
  details: { ...error.details, stop_unconfirmed: true },
})
