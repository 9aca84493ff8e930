/** What has to hold for every change of a message that reached the disk. */
import { runId } from '../../contract/link.ts'
import { isDeepStrictEqual } from 'node:util'
import { hasEnded, type Message } from '../../contract/message.ts'
import type { ModelDisk } from './model-disk.ts'
import type { Turn } from './model-gateway.ts'

type Broken = (promise: string, what: string) => void
type Pinned = ReturnType<ModelDisk['conversations']['get']>

/** An end is final, and what is shown is what the gateway said. */
export function checkEnd(before: Message | undefined, after: Message, turns: readonly Turn[], broken: Broken): void {
  if (before && hasEnded(before.state)) {
    if (isDeepStrictEqual(shownOf(before), shownOf(after))) return
    broken('one visible result', `${after.id} was ${before.state} and is ${after.state}`)
    return
  }
  const succeeded = after.attempts.filter(({ outcome }) => outcome === 'succeeded')
  if (succeeded.length > 1) broken('one visible result', `${after.id} succeeded in ${succeeded.length} attempts`)
  if (after.state === 'succeeded') {
    const run = runId({ message_id: after.id, attempt: after.attempt })
    const turn = turns.find(({ run_id }) => run_id === run)
    if (!turn || turn.answer === '' || turn.answer !== after.response)
      broken('the result is the gateway’s', `${run} shows ${JSON.stringify(after.response)}, not the answer`)
  }
  const goesOn = turns.find(({ state }) => state === 'running')
  if (after.state === 'cancelled' && goesOn)
    broken('cancelled means stopped', `${after.id} is cancelled while ${goesOn.run_id} runs at ${goesOn.nodeId}`)
}

/** What people see of an end. A late result is kept with its attempt, a replay is noted; neither changes that. */
const shownOf = ({ attempts, replayed_as: _replay, updated_at: _touched, ...shown }: Message): unknown => ({
  ...shown,
  attempts: attempts.map(({ late: _late, ...attempt }) =>
    attempt.outcome === 'late' ? { ...attempt, outcome: 'interrupted' } : attempt,
  ),
})

/** Only what may have begun is charged, and what began is. */
export function checkCharges(message: Message, broken: Broken): void {
  for (const { number, outcome, charged, started_at, error } of message.attempts) {
    const what = `attempt ${number} at ${message.id}, which is ${outcome ?? 'open'}`
    const free = outcome === undefined || outcome === 'refused' || outcome === 'never_began' || started_at === undefined
    if (free && charged) broken('what never began is not charged', what)
    const counts = outcome === 'succeeded' || outcome === 'interrupted' || outcome === 'failed'
    if (counts && !charged && error?.code !== 'draining') broken('what began is charged', what)
  }
}

/** A conversation lives where its last turn at home was answered; an attempt that never began leaves no pin. */
export function checkPin(before: Message, after: Message, row: Pinned, broken: Broken): void {
  const { id, state, affinity, node_id, attempts } = after
  // After an interruption the conversation may live elsewhere by now.
  const isHome = state === 'succeeded' && before.state !== 'interrupted' && affinity !== 'excursion'
  if (isHome && row?.node_id !== node_id)
    broken('a conversation keeps its node', `${id} was answered by ${node_id ?? ''}, it lives on ${row?.node_id ?? ''}`)
  for (const { number, outcome } of attempts)
    if (
      (outcome === 'never_began' || outcome === 'refused') &&
      row?.pinned_by === runId({ message_id: id, attempt: number })
    )
      broken('what never began leaves no pin', `attempt ${number} at ${id}`)
}
