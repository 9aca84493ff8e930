/** What can happen to a message, and what the machine answers. `machine.ts` applies the one to the other. */
import type { Decision } from '../../contract/decision.ts'
import type { ErrorBody } from '../../contract/error.ts'
import type { Effects, Message, ResolveAction, Usage, Waiting } from '../../contract/message.ts'

/** A result as the node reported it, its parts joined. */
export interface AttemptResult {
  readonly outcome: 'succeeded' | 'failed' | 'cancelled' | 'interrupted' | 'never_began'
  readonly text: string
  readonly usage?: Usage | undefined
  readonly error?: ErrorBody | undefined
  readonly began: boolean
  readonly effects: Effects
}

export type MachineEvent =
  /** The dispatcher picked a node: the next attempt begins its hand-off. */
  | { readonly type: 'offer'; readonly node_id: string; readonly node_name: string; readonly decision: Decision }
  /** The node said no, or did not answer, or its link ended, before `start` was sent. */
  | { readonly type: 'refused'; readonly attempt: number; readonly error: ErrorBody }
  /** The node accepted; once this is on disk, `start` may be sent. Writes the conversation's pin. */
  | { readonly type: 'start'; readonly attempt: number; readonly life?: string | undefined }
  /** The node recorded the attempt and gave it to its gateway. */
  | { readonly type: 'began'; readonly attempt: number }
  /** The node proves that a started attempt never reached its gateway. Not charged. */
  | { readonly type: 'never_began'; readonly attempt: number; readonly error: ErrorBody }
  /** The node's word on how the attempt ended. */
  | { readonly type: 'result'; readonly attempt: number; readonly result: AttemptResult }
  /** The link of the node went away while the attempt may run there; and it came back and still has it. */
  | { readonly type: 'node_lost'; readonly attempt: number }
  | { readonly type: 'node_back'; readonly attempt: number }
  /** No word for too long, or the node says that it cannot know any more. */
  | { readonly type: 'interrupt'; readonly attempt: number; readonly error: ErrorBody }
  /** A person says what becomes of an interrupted message; or nobody did, for as long as that is waited for. */
  | { readonly type: 'resolve'; readonly action: ResolveAction }
  | { readonly type: 'lapse' }
  /** It was sent again, as that message. */
  | { readonly type: 'replayed'; readonly message_id: string }
  | { readonly type: 'cancel' }
  /** A deadline passed: queue_ttl_s in the queue, timeout_s since the attempt began. */
  | { readonly type: 'expire'; readonly error: ErrorBody }
  /** Nobody can, or nobody could in time: ends a queued message. */
  | { readonly type: 'give_up'; readonly error: ErrorBody; readonly decision?: Decision | undefined }
  /** Where a queued message stands; null when it does not wait any more. */
  | { readonly type: 'waiting'; readonly waiting: Waiting | null; readonly decision?: Decision | undefined }

/** What must happen in the same transaction as the new state. */
export type Effect =
  { readonly type: 'pin'; readonly node_id: string } | { readonly type: 'unpin'; readonly attempt: number }

export type Step =
  /** `changed: false`: the event was valid but had nothing to change (a repeat). */
  | { readonly ok: true; readonly changed: boolean; readonly message: Message; readonly effects: readonly Effect[] }
  /** The event does not apply in this state; the message stays as it is. `why` is for the log and the caller. */
  | { readonly ok: false; readonly message: Message; readonly why: string }
