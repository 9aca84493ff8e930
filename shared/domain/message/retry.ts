/** Whether and when a failed attempt is followed by another. Only what left nothing behind is ever tried again. */
import type { ErrorBody, ErrorCode } from '../../contract/error.ts'
import { maxAttempts } from '../../contract/limits.ts'
import type { Message, OnFailure, OnInterrupt } from '../../contract/message.ts'
import { hash32 } from '../hash.ts'
import type { AttemptResult } from './events.ts'
import type { Retry } from './step-parts.ts'

export interface MachinePolicy {
  /** Attempts that may count against a message before it fails. */
  readonly max_attempts: number
  /** For messages that do not say themselves. */
  readonly on_interrupt: OnInterrupt
  readonly on_failure: OnFailure
  /** How long to wait after the `failures`-th failure, 1 being the first. */
  readonly backoffMs: (failures: number, messageId: string) => number
}

const firstBackoffMs = 1_000
export const longestBackoffMs = 30_000

/** Doubles from 1 s to 30 s, less up to half of it: `share` (0 to 1) keeps messages that failed together apart. */
export function backoffWithJitter(failures: number, share: number): number {
  const whole = Math.min(longestBackoffMs, firstBackoffMs * 2 ** (failures - 1))
  return Math.round(whole * (1 - share / 2))
}

/** The jitter comes from the message's id, so that a replay of the same events ends in the same message. */
export const defaultPolicy: MachinePolicy = {
  max_attempts: maxAttempts,
  on_interrupt: 'ask',
  on_failure: 'next',
  backoffMs: (failures, messageId) => backoffWithJitter(failures, hash32(`${messageId}.${failures}`) / 0x1_0000_0000),
}

/** Causes that lie with one node or pass with time. Everything else would only fail again, the caller's mistakes first. */
const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'draining',
  'gateway_not_found',
  'gateway_down',
  'gateway_draining',
  'gateway_token_refused',
  'gateway_bad_reply',
  'provider_failing',
  'provider_rate_limited',
  'node_removed',
  'store_failed',
  'store_damaged',
  'disk_full',
  'internal',
])

/** Its next attempt is a retry, also when one of that kind was refused: it failed somewhere, and by no shutdown of ours. */
export const isRetried = ({ attempts }: Pick<Message, 'attempts'>): boolean =>
  attempts.some(({ outcome, charged }) => outcome === 'failed' && charged)

/** Somebody was shutting down in order, us or the gateway: not the message's fault. */
const shutdowns: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['draining', 'gateway_draining'])

export interface AfterFailure {
  readonly charged: boolean
  /** Null when this was the last attempt. */
  readonly retry: Retry | null
}

export function afterFailure(
  message: Pick<Message, 'id' | 'attempt' | 'attempts' | 'on_failure'>,
  result: Pick<AttemptResult, 'began' | 'effects'> & { readonly error: ErrorBody },
  at: string,
  policy: MachinePolicy,
): AfterFailure {
  const harmless = !result.began || result.effects === 'none'
  // A connection that timed out may be tried elsewhere; a turn that took too long would take as long again.
  const mayPass = passing.has(result.error.code) || (result.error.code === 'timeout' && !result.began)
  const charged = !(harmless && shutdowns.has(result.error.code))
  const onFailure = message.on_failure ?? policy.on_failure
  const wantsNone = charged && onFailure === 'fail'
  // An interrupted attempt that reports at last was counted already; it counts once.
  const others = message.attempts.filter((attempt) => attempt.charged && attempt.number !== message.attempt)
  const counted = others.length + (charged ? 1 : 0)
  if (!harmless || !mayPass || wantsNone || counted >= policy.max_attempts) return { charged, retry: null }
  const waitMs = policy.backoffMs(Math.max(1, counted), message.id)
  // Another node may have it at once. The one that shuts down would only say so again.
  const notBefore = charged || onFailure === 'wait' ? new Date(Date.parse(at) + waitMs).toISOString() : undefined
  return { charged, retry: { notBefore, anew: charged } }
}
