/** Steps for a node that cannot be heard: it may be working on the message, may have lost it, or may come back. */
import type { ErrorBody } from '../../contract/error.ts'
import type { Message } from '../../contract/message.ts'
import type { Step } from './events.ts'
import { mayRerun, rerun } from './resolve.ts'
import type { MachinePolicy } from './retry.ts'
import { changed, editAttempt, ended, type EventOf, maybeWithNode, misplaced, unchanged } from './step-parts.ts'

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

/**
 * started, running → interrupted: nobody can say whether the turn ran. Only a late result or a person ends it, unless
 * the policy has said beforehand what the person would say.
 */
export function interrupt(
  message: Message,
  event: Omit<EventOf<'interrupt'>, 'type'>,
  at: string,
  policy: MachinePolicy,
): Step {
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
  const interrupted: Message = { ...rest, state: 'interrupted', interrupted_at: at, error }
  return changed(byPolicy(interrupted, at, policy), at)
}

/** Running it again by itself has the same end as failing has; after that a person may still want it. */
function byPolicy(message: Message, at: string, policy: MachinePolicy): Message {
  const wanted = message.on_interrupt ?? policy.on_interrupt
  if (wanted === 'fail') return ended(message, 'failed', at, { error: message.error })
  const counted = message.attempts.filter(({ charged }) => charged).length
  return wanted === 'rerun' && mayRerun(message) && counted < policy.max_attempts ? rerun(message, at) : message
}

/** Somebody asked to stop it and no node confirmed: it may still be working, and it is never run again. */
export const stopUnconfirmed = (error: ErrorBody): ErrorBody => ({
  ...error,
  details: { ...error.details, stop_unconfirmed: true },
})
