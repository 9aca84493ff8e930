/** Finds out what became of a turn that nobody watched to its end. Design §3. */
import { maxAnswerChars } from '../../contract/limits.ts'
import { MeshError } from '../../contract/error.ts'
import type { Clock } from '../platform/clock.ts'
import type { GatewayAttempt, Settled } from './adapter.ts'
import { type Finding, isBusy, readHistory, readWait, type Waited } from './openclaw-history.ts'
import type { RpcConnection } from './rpc-connection.ts'
import { AbortReply, HistoryReply, MessageReply, textOf, WaitReply } from './rpc-frames.ts'

const callMs = 15_000
const waitMs = 10_000
/** Between two looks that find no trace; the input of a turn taken in late is on disk by then. */
const absentAgainMs = 5_000
const unansweredAgainMs = 2_000
const retryMs = 1_000
/** `agent.wait` cuts the answer here. */
const waitTextLimit = 4_096
/** A session that says "running" without a run for this long is only said to be. */
const staleAfterMs = 120_000

export type RunRef = Pick<GatewayAttempt, 'run_id' | 'session'>

export interface SettleDeps {
  readonly connection: RpcConnection
  readonly clock: Clock
  readonly sessionKey: (session: string) => string
  /** Somebody wants the run stopped and the gateway was away: it is told again at every look. */
  readonly isStopOwed: (runId: string) => boolean
}

/** Waits for the gateway and for the turn as long as that takes. Rejects only with the signal's reason. */
export async function settleRun(ref: RunRef, signal: AbortSignal, deps: SettleDeps): Promise<Settled> {
  const { connection, clock } = deps
  let before: Look | undefined
  for (;;) {
    await connection.whenUp(signal)
    try {
      const look = await lookOnce(ref, deps)
      const decided = decide(look, before, clock.now())
      if (typeof decided !== 'number') return decided
      before = { ...look, since: before && before.kind === look.kind ? before.since : clock.now() }
      await pause(decided, signal, clock)
    } catch (error) {
      signal.throwIfAborted()
      // The connection went, or the gateway is starting or draining: it is asked again when it is back.
      if (!(error instanceof MeshError)) throw error
      before = undefined
      await pause(retryMs, signal, clock)
    }
  }
}

export interface Look {
  readonly waited: Waited
  readonly finding: Finding
  readonly busy: boolean
  readonly kind: string
  readonly since: number
}

async function lookOnce(ref: RunRef, deps: SettleDeps): Promise<Look> {
  const { connection } = deps
  const key = deps.sessionKey(ref.session)
  // By key alone: after a restart the gateway goes on with the turn under another run id. The session is ours only.
  if (deps.isStopOwed(ref.run_id)) await connection.request('sessions.abort', { key }, AbortReply, callMs)
  const first = readWait(await connection.request('agent.wait', { runId: ref.run_id, timeoutMs: 0 }, WaitReply, callMs))
  let history = await readSession(key, deps)
  const hasEnded = first.type !== 'unknown'
  const wasBusy = !hasEnded && isBusy(history)
  let waited = first
  if (wasBusy && !deps.isStopOwed(ref.run_id)) {
    const params = { runId: ref.run_id, timeoutMs: waitMs }
    waited = readWait(await connection.request('agent.wait', params, WaitReply, waitMs + callMs))
    history = await readSession(key, deps)
  }
  const finding = await readWhole(history, key, ref.run_id, deps)
  const busy = waited.type === 'unknown' && isBusy(history)
  return { waited, finding, busy, kind: `${finding.type} ${busy}`, since: 0 }
}

const readSession = (sessionKey: string, { connection }: SettleDeps): Promise<HistoryReply> =>
  connection.request('chat.history', { sessionKey, limit: 400, maxChars: 500_000 }, HistoryReply, callMs)

/** Long answers are cut in a transcript's listing and have to be asked for one by one. */
async function readWhole(history: HistoryReply, sessionKey: string, runId: string, deps: SettleDeps): Promise<Finding> {
  const finding = readHistory(history, runId)
  if (finding.type !== 'answered' || finding.cut.length === 0) return finding
  const fetched = new Map<string, string>()
  for (const messageId of finding.cut) {
    const params = { sessionKey, messageId, maxChars: 2_000_000 }
    const { ok, message } = await deps.connection.request('chat.message.get', params, MessageReply, callMs)
    const text = ok && message && !message.__openclaw?.truncated ? textOf(message.content) : undefined
    if (text === undefined || text.length > maxAnswerChars) return { type: 'failed', error: tooLarge() }
    fetched.set(messageId, text)
  }
  return readHistory(history, runId, fetched)
}

const tooLarge = (): MeshError =>
  new MeshError(
    'answer_too_large',
    'The turn ended while nobody listened, and its answer is too long for the gateway to hand out again.',
    {
      hint: 'Read it in OpenClaw’s own window, or ask again for a shorter one.',
    },
  )

/** What the looks say, or in how many milliseconds to look again. Pure. */
export function decide(look: Look, before: Look | undefined, now: number): Settled | number {
  const { waited, finding, busy } = look
  if (finding.type === 'answered' && finding.text.trim() !== '') return { state: 'succeeded', text: finding.text }
  if (finding.type === 'failed')
    return { state: 'failed', error: finding.error.toBody(), began: true, effects: 'possible' }
  if (finding.type === 'cancelled' || waited.type === 'cancelled') return { state: 'cancelled' }
  if (waited.type === 'failed')
    return { state: 'failed', error: waited.error.toBody(), began: true, effects: 'possible' }
  if (waited.type === 'succeeded' && waited.text !== '' && waited.text.length < waitTextLimit) {
    return { state: 'succeeded', text: waited.text }
  }
  const seenFor = before?.kind === look.kind ? now - before.since : 0
  if (busy && seenFor < staleAfterMs) return unansweredAgainMs
  if (finding.type === 'absent') return seenFor >= absentAgainMs ? { state: 'never_began' } : absentAgainMs
  return seenFor >= unansweredAgainMs ? { state: 'interrupted', error: interrupted().toBody() } : unansweredAgainMs
}

const interrupted = (): MeshError =>
  new MeshError(
    'message_interrupted',
    'The gateway stopped in the middle of the turn; what it had done until then is not undone.',
    {
      hint: 'Look at what was done on that machine, then run the message again or let it fail.',
    },
  )

async function pause(ms: number, signal: AbortSignal, clock: Clock): Promise<void> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  const give = (): void => reject(signal.reason as Error)
  signal.addEventListener('abort', give)
  const cancel = clock.after(ms, () => resolve(undefined))
  try {
    await promise
  } finally {
    cancel()
    signal.removeEventListener('abort', give)
  }
}
