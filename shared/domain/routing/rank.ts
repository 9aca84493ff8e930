/** The strategy `least-busy`: turns over slots, then CPU; equals are told apart by the message's id, so they share the work. */
import type { Verdict } from '../../contract/decision.ts'
import { hash32 } from '../hash.ts'
import { turnsOn } from '../health/slots.ts'
import type { Assessed } from './assess.ts'

export interface Ranked {
  readonly of: Assessed
  /** Lower is better. */
  readonly score: number
  readonly parts: NonNullable<Verdict['parts']>
}

/** Best first. Depends on the message only where scores are equal, and never on the order of `nodes`. */
export const rank = (messageId: string, nodes: readonly Assessed[]): Ranked[] =>
  nodes
    .map((of) => ({ ranked: scored(of), lot: hash32(`${messageId} ${of.node.id}`), id: of.node.id }))
    .sort((a, b) => a.ranked.score - b.ranked.score || a.lot - b.lot || (a.id < b.id ? -1 : 1))
    .map(({ ranked }) => ranked)

function scored(of: Assessed): Ranked {
  const { load } = of.node
  const turns = turnsOn(of.node) / Math.max(1, load.slots)
  // Tenths: the noise of idle machines is no reason to send everything to one of them.
  const cpu = Math.round(load.cpu * 10) / 10
  // CPU decides only between equal turns, however many slots there are.
  return { of, score: Number((turns + cpu / 100_000).toFixed(6)), parts: { turns, cpu } }
}
