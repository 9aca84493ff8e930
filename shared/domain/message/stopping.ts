/** Steps that end a message from outside: somebody cancels it, or its time is up. */
import type { ErrorBody } from '../../contract/error.ts'
import { hasEnded, type Message } from '../../contract/message.ts'
import type { Step } from './events.ts'
import { mayHaveBegun } from './begun.ts'
import { stopUnconfirmed } from './lost-node.ts'
import { cancelled, changed, editAttempt, ended, rejected, unchanged, withNode } from './step-parts.ts'

/** At once where no node can have begun; otherwise it is noted, and the node's answer decides how the message ends. */
export function cancel(message: Message, at: string): Step {
  if (message.state === 'cancelled') return unchanged(message)
  if (hasEnded(message.state)) return rejected(message, `The message has already ${pastTense(message.state)}.`)
  if (message.state === 'queued' || message.state === 'offered') {
    const error = cancelled(
      mayHaveBegun(message)
        ? 'The message was cancelled before it was tried again.'
        : 'The message was cancelled before a node began to work on it.',
    )
    const asked = { ...withdrawn(message, at), cancel_requested_at: at }
    return changed(ended(asked, 'cancelled', at, { error }), at)
  }
  if (message.cancel_requested_at !== undefined) return unchanged(message)
  const error = message.error === undefined ? {} : { error: stopUnconfirmed(message.error) }
  return changed({ ...message, ...error, cancel_requested_at: at }, at)
}

/**
 * Ends it at once, wherever it is: the one who waits hears it now. A node that has it is told to stop; its later result
 * is not shown. An interrupted message has no deadline: it waits for the node's word or for a person's.
 */
export function expire(message: Message, error: ErrorBody, at: string): Step {
  if (message.state === 'expired') return unchanged(message)
  if (hasEnded(message.state)) return rejected(message, `The message has already ${pastTense(message.state)}.`)
  if (message.state === 'interrupted') return rejected(message, 'An interrupted message has no deadline.')
  const given = withNode.includes(message.state)
    ? // What became of the turn is not known yet, and never will be here.
      editAttempt(message, { outcome: 'interrupted', ended_at: at, error, charged: true })
    : withdrawn(message, at)
  return changed(ended(given, 'expired', at, { error }), at)
}

/** An offer that is taken back: without its `start` the node drops it. */
const withdrawn = (message: Message, at: string): Message =>
  message.state === 'offered' ? editAttempt(message, { outcome: 'cancelled', ended_at: at }) : message

const pastTense = (state: Message['state']): string => (state === 'cancelled' ? 'been cancelled' : state)
