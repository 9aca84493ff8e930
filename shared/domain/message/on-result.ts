/** Steps for a node's word on how an attempt ended. The first end that is committed is the one that counts. */
import type { ErrorBody } from '../../contract/error.ts'
import type { Message } from '../../contract/message.ts'
import type { AttemptResult, Step } from './events.ts'
import { neverBegan } from './hand-off.ts'
import { lateResult } from './late-result.ts'
import { interrupt } from './lost-node.ts'
import { afterFailure, type MachinePolicy } from './retry.ts'
import { cancelled, changed, editAttempt, ended, type EventOf, givenBack, maybeWithNode, unpin } from './step-parts.ts'

export function onResult(message: Message, event: EventOf<'result'>, at: string, policy: MachinePolicy): Step {
  const { attempt, result } = event
  if (attempt !== message.attempt || !maybeWithNode.includes(message.state)) return lateResult(message, event, at)
  switch (result.outcome) {
    case 'succeeded':
      return succeeded(message, result, at)
    case 'cancelled':
      return stopped(message, result, at)
    case 'failed':
      return failed(message, result, at, policy)
    case 'interrupted':
      return interrupt(message, { attempt, error: result.error ?? unexplained('lost', message) }, at, policy)
    case 'never_began':
      return neverBegan(message, { attempt, error: result.error ?? unexplained('never began', message) }, at)
  }
}

function succeeded(message: Message, { text, usage }: AttemptResult, at: string): Step {
  const tried = editAttempt(message, { outcome: 'succeeded', ended_at: at, charged: true })
  return changed(ended(tried, 'succeeded', at, { response: text, usage }), at)
}

function stopped(message: Message, result: AttemptResult, at: string): Step {
  const node = message.node_name ?? 'its node'
  const error = cancelled(
    message.cancel_requested_at === undefined
      ? `The turn was stopped at the gateway of ${node}.`
      : `The message was cancelled; ${node} confirmed that the turn has stopped.`,
  )
  const tried = editAttempt(message, { outcome: 'cancelled', ended_at: at, error, charged: result.began })
  return changed(ended(tried, 'cancelled', at, { error, ...kept(result) }), at, notBegun(message, result))
}

function failed(message: Message, result: AttemptResult, at: string, policy: MachinePolicy): Step {
  const error = result.error ?? unexplained('failed', message)
  const { charged, retry } = afterFailure(message, { ...result, error }, at, policy)
  const tried = editAttempt(message, { outcome: 'failed', ended_at: at, error, charged })
  if (retry === null) {
    return changed(ended(tried, 'failed', at, { error, ...kept(result) }), at, notBegun(message, result))
  }
  const stays = (message.on_failure ?? policy.on_failure) === 'wait' ? message.node_id : undefined
  const next = givenBack(stays === undefined ? tried : { ...tried, stays_with: stays }, at, retry)
  return changed(next, at, notBegun(message, result))
}

const notBegun = (message: Message, result: AttemptResult) => (result.began ? [] : unpin(message))

/** What came before the end is kept beside the error; it is never taken for the answer. */
const kept = ({ text, usage }: AttemptResult) => ({ response: text === '' ? undefined : text, usage })

const unexplained = (what: string, message: Message): ErrorBody => ({
  code: 'gateway_bad_reply',
  message: `${message.node_name ?? 'The node'} reported the turn as ${what} without a cause.`,
  hint: 'The log of the node agent on that machine has more.',
})
