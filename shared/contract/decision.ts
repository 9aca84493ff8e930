/** The stored result of routing one message: where it goes and, for every registered node, why or why not. */
import { type Static, Type } from 'typebox'
import { Condition } from './node.ts'
import { Requirements } from './requirement.ts'

export const Outcome = Type.Enum(['chosen', 'wait', 'infeasible'])
export type Outcome = Static<typeof Outcome>

export const ReasonCode = Type.Enum([
  // why a node was taken
  'addressed',
  'own_node',
  'only_candidate',
  'least_busy',
  'pinned',
  'tie_break',
  // why it was scored but not taken
  'busier',
  'not_pinned',
  // why it was turned down
  'not_addressed',
  'not_own_node',
  'lacks',
  'offline',
  'condition',
  'no_free_slot',
  'excluded',
  'refused',
])
export type ReasonCode = Static<typeof ReasonCode>

/** One reason, as a code and what the sentence about it needs; `domain/routing/reason-text.ts` has the English. */
export const Reason = Type.Object({
  code: ReasonCode,
  /** For `lacks`: the requirement, such as `skill:apple-notes` or `memory_gb:64`. */
  need: Type.Optional(Type.String()),
  /** For `lacks`: what the node has instead. */
  have: Type.Optional(Type.String()),
  condition: Type.Optional(Condition),
  since: Type.Optional(Type.String()),
  /** For `least_busy`, `busier`, `no_free_slot`: slots in use, of how many; `detail` says the same in English. */
  used: Type.Optional(Type.Integer({ minimum: 0 })),
  slots: Type.Optional(Type.Integer({ minimum: 0 })),
  /** For `busier` with as many slots in use: it is the processor that has more to do, in percent. */
  cpu_percent: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
  detail: Type.Optional(Type.String()),
})
export type Reason = Static<typeof Reason>

export const Verdict = Type.Object({
  node_id: Type.String(),
  name: Type.String(),
  verdict: Type.Enum(['chosen', 'scored', 'rejected']),
  reasons: Type.Array(Reason),
  /** Lower is better; only for nodes that passed the filter. */
  score: Type.Optional(Type.Number()),
  /** What the score is made of: `turns` (running and queued over slots), `cpu`. */
  parts: Type.Optional(Type.Record(Type.String(), Type.Number())),
})
export type Verdict = Static<typeof Verdict>

export const Affinity = Type.Enum(['none', 'hit', 'miss', 'repin', 'excursion'])
export type Affinity = Static<typeof Affinity>

export const Decision = Type.Object({
  outcome: Outcome,
  node_id: Type.Union([Type.String(), Type.Null()]),
  strategy: Type.Enum(['addressed', 'own-node', 'pinned', 'least-busy']),
  /** Id of the rule that decided; null while nothing but the request did. */
  rule_id: Type.Union([Type.String(), Type.Null()]),
  affinity: Affinity,
  requires: Requirements,
  /** Every registered node exactly once, the chosen one first. */
  nodes: Type.Array(Verdict),
  /** One English sentence for people: why this node, or what is missing and the nearest miss. */
  reason: Type.String(),
  at: Type.String(),
})
export type Decision = Static<typeof Decision>
