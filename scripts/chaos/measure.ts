/** Times taken from what the mesh told while it was being broken: until a fault was noticed, until somebody else answered. Pure. */
import type { Condition, NodeStatus } from '../../shared/contract/node.ts'
import type { Fault } from './plan.ts'

/** Times are milliseconds of one clock. */
export interface Carried {
  readonly fault: Fault
  readonly node: string | undefined
  readonly from: number
  readonly until: number
}

export interface NodeSeen {
  readonly at: number
  readonly node: string
  readonly status: NodeStatus
  readonly condition: Condition
}

export interface Answered {
  readonly at: number
  readonly node: string
  /** When the client was told that the message is safe. */
  readonly acknowledged: number
}

export interface Spread {
  readonly count: number
  readonly p50: number
  readonly max: number
}

/** News that is under way when the fault is mended still counts. */
const graceMs = 500

/** Until the node of a fault was shown offline or its gateway as not answering; undefined when it went unnoticed. */
export function detection({ fault, node, from, until }: Carried, seen: readonly NodeSeen[]): number | undefined {
  if (node === undefined) return undefined
  const noticed = seen.find(
    (one) => one.node === node && one.at >= from && one.at <= until + graceMs && shows(fault.target, one),
  )
  return noticed && noticed.at - from
}

const shows = (target: Fault['target'], { status, condition }: NodeSeen): boolean =>
  target === 'gateway' ? condition === 'gateway_down' : status === 'offline'

/** Until another node answered a message that was sent after the fault. */
export function elsewhere({ node, from }: Carried, answers: readonly Answered[]): number | undefined {
  if (node === undefined) return undefined
  const first = answers.find((answer) => answer.acknowledged >= from && answer.node !== node)
  return first && first.at - from
}

export function spread(values: readonly (number | undefined)[]): Spread {
  const known = values.filter((value) => value !== undefined).sort((a, b) => a - b)
  const last = known.length - 1
  return { count: known.length, p50: known[Math.floor(last / 2)] ?? 0, max: known[last] ?? 0 }
}
