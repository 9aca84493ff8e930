/** What the steps of the message machine are made of: the three kinds of answer, and edits of a message. */
import type { ErrorBody } from '../../contract/error.ts'
import type { Attempt, Message, MessageState, Usage } from '../../contract/message.ts'
import type { Effect, MachineEvent, Step } from './events.ts'

/** The event of one type, as its step function takes it. */
export type EventOf<T extends MachineEvent['type']> = Extract<MachineEvent, { readonly type: T }>

/** States in which a node may hold the current attempt: a `start` for it was sent. */
export const withNode: readonly MessageState[] = ['started', 'running']
/** The same, and those of which nobody knows. */
export const maybeWithNode: readonly MessageState[] = [...withNode, 'interrupted']

export const changed = (message: Message, at: string, effects: readonly Effect[] = []): Step => ({
  ok: true,
  changed: true,
  message: { ...message, updated_at: at },
  effects,
})
export const unchanged = (message: Message): Step => ({ ok: true, changed: false, message, effects: [] })
export const rejected = (message: Message, why: string): Step => ({ ok: false, message, why })

/** The rejection of an event that is not about the current attempt or comes in a state it does not apply to. */
export function misplaced(
  message: Message,
  event: { readonly type: MachineEvent['type']; readonly attempt?: number },
  states: readonly MessageState[],
): Step | undefined {
  if (event.attempt !== undefined && event.attempt !== message.attempt) {
    return rejected(message, `${event.type} is about attempt ${event.attempt}; the current one is ${message.attempt}.`)
  }
  if (states.includes(message.state)) return undefined
  return rejected(message, `${event.type} does not apply to a message that is ${message.state}.`)
}

/** The message with an attempt edited, the current one if none is named. An earlier error of it does not outlive the edit. */
export const editAttempt = (message: Message, edit: Partial<Attempt>, number = message.attempt): Message => ({
  ...message,
  attempts: message.attempts.map((attempt) => {
    if (attempt.number !== number) return attempt
    const { error, ...rest } = attempt
    return { ...rest, ...edit }
  }),
})

export interface Ending {
  readonly error?: ErrorBody | undefined
  readonly response?: string | undefined
  readonly usage?: Usage | undefined
}

/** The message at its end. What told of the way there (waiting, backoff, a lost node, an earlier error) goes. */
export function ended(
  message: Message,
  state: 'succeeded' | 'failed' | 'cancelled' | 'expired',
  at: string,
  { error, response, usage }: Ending,
): Message {
  const { waiting, not_before, node_lost_at, interrupted_at, stays_with, error: _earlier, ...rest } = message
  return {
    ...rest,
    state,
    ended_at: at,
    ...(error === undefined ? {} : { error }),
    ...(response === undefined ? {} : { response }),
    ...(usage === undefined ? {} : { usage }),
  }
}

/**
 * The message after an attempt that left nothing behind: back in the queue, or, when somebody asked to cancel it
 * meanwhile, at its end, since no node holds it any more.
 */
export function givenBack(message: Message, at: string, retry: Retry = {}): Message {
  if (message.cancel_requested_at !== undefined) {
    return ended(message, 'cancelled', at, { error: cancelled('The message was cancelled; no node is working on it.') })
  }
  const { node_lost_at, interrupted_at, error, ...rest } = message
  const { notBefore, anew = false } = retry
  return {
    ...rest,
    state: 'queued',
    ...(notBefore === undefined ? {} : { not_before: notBefore }),
    ...(anew ? { queued_at: at } : {}),
  }
}

export interface Retry {
  readonly notBefore?: string | undefined
  /**
   * Its time in the queue begins anew: its time with a node was none. Not for what is given back for nothing, which would
   * never end.
   */
  readonly anew?: boolean | undefined
}

export const cancelled = (message: string): ErrorBody => ({ code: 'message_cancelled', message })

/** Whether committing `start` moves the conversation here. An excursion is one message away from home. */
const pins = (message: Message): boolean => message.conversation !== undefined && message.affinity !== 'excursion'

export const pin = (message: Message): Effect[] =>
  pins(message) && message.node_id !== undefined ? [{ type: 'pin', node_id: message.node_id }] : []

/** Undoes the pin of an attempt that never began; a `hit` found its pin there, and that one stays. */
export const unpin = (message: Message): Effect[] =>
  pins(message) && message.affinity !== 'hit' ? [{ type: 'unpin', attempt: message.attempt }] : []
