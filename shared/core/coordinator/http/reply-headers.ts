/** `x-claw-mesh-*`: which node answered and why, for programs that do not read our bodies. */
import type { Message } from '../../../contract/message.ts'

const headerSafe = /^[\x21-\x7e]{1,256}$/

export function replyHeaders(message: Message): Record<string, string> {
  const all = {
    'x-claw-mesh-message': message.id,
    'x-claw-mesh-node': message.node_id,
    'x-claw-mesh-rule': message.decision?.rule_id ?? undefined,
    'x-claw-mesh-reason': reasonCode(message),
    'x-claw-mesh-attempts': String(message.attempt),
    'x-claw-mesh-affinity': message.affinity,
    'x-claw-mesh-overhead-ms': overheadMs(message)?.toString(),
  }
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => headerSafe.test(entry[1] ?? '')),
  )
}

function reasonCode({ decision }: Message): string | undefined {
  if (!decision) return undefined
  const chosen = decision.nodes.find(({ verdict }) => verdict === 'chosen')
  return chosen?.reasons[0]?.code ?? decision.outcome
}

/** From acceptance to the moment a node was told to begin; waiting in the queue counts. Undefined before that. */
function overheadMs(message: Message): number | undefined {
  const startedAt = message.attempts.at(-1)?.started_at
  if (startedAt === undefined) return undefined
  return Math.max(0, Date.parse(startedAt) - Date.parse(message.created_at))
}
