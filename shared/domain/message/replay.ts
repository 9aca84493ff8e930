/** Sending a message again that ended without an answer: a new message, and each of the two knows the other. */
import { type Message, replayableStates } from '../../contract/message.ts'
import type { Step } from './events.ts'
import { changed, type EventOf, misplaced } from './step-parts.ts'

/** The old message's side of it; its end stays what it was. */
export function replayed(message: Message, event: EventOf<'replayed'>, at: string): Step {
  return (
    misplaced(message, { type: 'replayed' }, replayableStates) ??
    changed({ ...message, replayed_as: event.message_id }, at)
  )
}

/** The new message: what was asked then, for whom it was asked, and nothing of what became of it. */
export function replayOf(message: Message, made: { readonly id: string; readonly at: string }): Message {
  const { content, context, source, sender, conversation, requires, on_interrupt, on_failure } = message
  return {
    id: made.id,
    state: 'queued',
    content,
    ...(context === undefined ? {} : { context }),
    source,
    sender,
    ...(conversation === undefined ? {} : { conversation }),
    ...(requires === undefined ? {} : { requires }),
    priority: message.priority,
    timeout_s: message.timeout_s,
    queue_ttl_s: message.queue_ttl_s,
    created_at: made.at,
    updated_at: made.at,
    attempt: 0,
    attempts: [],
    affinity: 'none',
    ...(on_interrupt === undefined ? {} : { on_interrupt }),
    ...(on_failure === undefined ? {} : { on_failure }),
    replay_of: message.id,
  }
}
