/** Messages that stand still: waiting too long, or for somebody's decision. Pure. */
import type { MessageSummary } from '../contract/message.ts'
import { fault, type Finding } from './finding.ts'

export interface MessageFacts {
  readonly queued: readonly MessageSummary[]
  readonly interrupted: readonly MessageSummary[]
}

const longMs = 5 * 60_000

export function messageFaults(messages: MessageFacts | undefined, now: number): Finding[] {
  if (!messages) return []
  const { queued, interrupted } = messages
  const found: Finding[] = []
  const oldest = queued.toSorted((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at))[0]
  const waitedMs = oldest ? now - Date.parse(oldest.created_at) : 0
  if (oldest && waitedMs >= longMs) {
    const values = { minutes: Math.floor(waitedMs / 60_000), reason: oldest.waiting?.reason ?? 'queued' }
    found.push(fault('queue_stuck', values, `claw-mesh messages show ${oldest.id}`))
  }
  const [newest] = interrupted
  if (newest)
    found.push(
      fault('interrupted_waiting', { n: interrupted.length, id: newest.id }, `claw-mesh messages show ${newest.id}`),
    )
  return found
}
