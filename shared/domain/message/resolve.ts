/** Steps out of `interrupted` that are no node's word: a person decides, or nobody does for too long. */
import type { ErrorBody } from '../../contract/error.ts'
import { resolveWithinS } from '../../contract/limits.ts'
import type { Message } from '../../contract/message.ts'
import type { Step } from './events.ts'
import { changed, ended, type EventOf, misplaced, rejected } from './step-parts.ts'

/** interrupted → queued, for the next attempt, or → failed. */
export function resolve(message: Message, event: EventOf<'resolve'>, at: string): Step {
  const wrong = misplaced(message, event, ['interrupted'])
  if (wrong) return wrong
  if (event.action === 'fail') return changed(failed(message, 'fail', at), at)
  if (!mayRerun(message)) return rejected(message, 'It was asked to stop and nobody confirmed that it did.')
  return changed(rerun(message, at), at)
}

/** interrupted → failed, once it has waited its time. */
export function lapse(message: Message, at: string): Step {
  const wrong = misplaced(message, { type: 'lapse' }, ['interrupted'])
  if (wrong) return wrong
  if (Date.parse(at) < lapsesAt(message)) return rejected(message, 'There is still time to say what becomes of it.')
  return changed(failed(message, 'lapsed', at), at)
}

/** When an interrupted message has waited its time. */
export const lapsesAt = ({ interrupted_at, updated_at }: Pick<Message, 'interrupted_at' | 'updated_at'>): number =>
  Date.parse(interrupted_at ?? updated_at) + resolveWithinS * 1_000

/** Whoever asked it to stop did not ask for it to be done. */
export const mayRerun = ({ cancel_requested_at }: Pick<Message, 'cancel_requested_at'>): boolean =>
  cancel_requested_at === undefined

/** Its time in the queue begins anew; the attempt that nobody knows of stays counted. */
export function rerun(message: Message, at: string): Message {
  const { interrupted_at, error, ...rest } = message
  return { ...rest, state: 'queued', queued_at: at }
}

function failed(message: Message, resolved: 'fail' | 'lapsed', at: string): Message {
  const why: ErrorBody = message.error ?? { code: 'message_interrupted', message: 'Nobody knows what became of it.' }
  return ended(message, 'failed', at, { error: { ...why, details: { ...why.details, resolved } } })
}
