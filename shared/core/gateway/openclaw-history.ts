/** Reads what became of a run out of a session's transcript and of `agent.wait`. Pure. */
import { MeshError } from '../../contract/error.ts'
import { badReply, runFailure } from './rpc-errors.ts'
import { type HistoryEntry, type HistoryReply, textOf, type WaitReply } from './rpc-frames.ts'

export type Finding =
  | {
      readonly type: 'answered'
      readonly text: string
      /** Entries the gateway cut; to be read one by one. */ readonly cut: readonly string[]
    }
  | { readonly type: 'cancelled' }
  | { readonly type: 'failed'; readonly error: MeshError }
  /** The input is there, an answer is not. */
  | { readonly type: 'unanswered' }
  | { readonly type: 'absent' }

/** After a crash OpenClaw goes on with an interrupted turn by itself, under a new run, with this as its input. */
const resumes = '[System] Your previous turn was interrupted by a gateway restart'

export function readHistory(
  { messages }: HistoryReply,
  runId: string,
  fetched: ReadonlyMap<string, string> = new Map(),
): Finding {
  const input = messages.findIndex((entry) => entry.role === 'user' && isInputOf(entry, runId))
  // The listing is of the newest entries: a turn with many tool calls may have pushed its own input out.
  const first = input === -1 ? messages.findIndex((entry) => entry.__openclaw?.runId === runId) : input + 1
  if (first === -1) return { type: 'absent' }
  const rest = messages.slice(first)
  const next = rest.findIndex((entry) => entry.role === 'user' && !textOf(entry.content).startsWith(resumes))
  const replies = (next === -1 ? rest : rest.slice(0, next)).filter(({ role }) => role === 'assistant')
  const last = replies.at(-1)
  if (!last) return { type: 'unanswered' }
  if (last.openclawAbort !== undefined) return { type: 'cancelled' }
  if (last.stopReason === 'error') return { type: 'failed', error: runFailure(textOf(last.content)) }
  const isCut = last.__openclaw?.truncated === true
  if (!isCut && last.stopReason !== 'stop' && last.stopReason !== 'length') return { type: 'unanswered' }
  const cut = replies.flatMap(({ __openclaw: own }) =>
    own?.truncated && own.id && !fetched.has(own.id) ? [own.id] : [],
  )
  const texts = replies.map((entry) => fetched.get(entry.__openclaw?.id ?? '') ?? textOf(entry.content))
  return { type: 'answered', text: texts.filter((text) => text !== '').join('\n\n'), cut }
}

const isInputOf = (entry: HistoryEntry, runId: string): boolean => entry.idempotencyKey === `${runId}:user`

/** The session works on something: our run, one before it in the same session, or one it resumes. */
export const isBusy = ({ sessionInfo }: HistoryReply): boolean =>
  sessionInfo?.status === 'running' || sessionInfo?.status === 'queued' || sessionInfo?.hasActiveRun === true

export type Waited =
  | { readonly type: 'succeeded'; readonly text: string }
  | { readonly type: 'cancelled' }
  | { readonly type: 'failed'; readonly error: MeshError }
  /** Still running, or a run that this gateway process never heard of. */
  | { readonly type: 'unknown' }

export function readWait(reply: WaitReply): Waited {
  if (reply.status === 'ok') return { type: 'succeeded', text: reply.terminalReply?.text ?? '' }
  if (reply.endedAt === undefined) {
    const isKnown = reply.status === 'timeout' || reply.status === 'pending'
    return isKnown
      ? { type: 'unknown' }
      : { type: 'failed', error: badReply(`"agent.wait" said "${reply.status.slice(0, 64)}"`) }
  }
  const wasStopped = reply.stopReason === 'rpc' || reply.stopReason === 'aborted' || reply.stopReason === 'superseded'
  if (wasStopped) return { type: 'cancelled' }
  if (reply.status === 'timeout') return { type: 'failed', error: tookTooLong() }
  return { type: 'failed', error: runFailure(reply.error ?? '') }
}

export const tookTooLong = (seconds?: number): MeshError =>
  new MeshError(
    'timeout',
    `The turn took longer than ${seconds === undefined ? 'it may' : `${seconds} s`} and was stopped.`,
    {
      hint: 'Send it again with a larger timeout_s, or ask for less at once.',
    },
  )
