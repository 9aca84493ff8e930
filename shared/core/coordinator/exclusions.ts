/** Which nodes a message is not offered to for a while, because they turned it down or failed it. */
import type { Reason } from '../../contract/decision.ts'

const firstMs = 2_000
const longestMs = 30_000

interface Exclusion {
  readonly reason: Reason
  readonly until: number
  readonly times: number
}

export interface Excluded {
  readonly nodes: ReadonlyMap<string, Reason>
  /** When the first of them may be asked again. */
  readonly until: number
}

/** Kept for messages that have not ended; whoever owns it forgets the others. */
export class Exclusions {
  readonly #byMessage = new Map<string, Map<string, Exclusion>>()

  /** From `from` on, for longer each time the node does it to the message. */
  add(messageId: string, nodeId: string, reason: Reason, from: number): void {
    const nodes = this.#byMessage.get(messageId) ?? new Map<string, Exclusion>()
    const times = (nodes.get(nodeId)?.times ?? 0) + 1
    const until = from + Math.min(longestMs, firstMs * 2 ** (times - 1))
    this.#byMessage.set(messageId, nodes.set(nodeId, { reason, until, times }))
  }

  of(messageId: string, now: number): Excluded | undefined {
    const all = this.#byMessage.get(messageId)
    if (!all) return undefined
    const standing = [...all].filter(([, { until }]) => until > now)
    if (standing.length === 0) return undefined
    return {
      nodes: new Map(standing.map(([nodeId, { reason }]) => [nodeId, reason])),
      until: Math.min(...standing.map(([, { until }]) => until)),
    }
  }

  forget(messageId: string): void {
    this.#byMessage.delete(messageId)
  }
}
