/**
 * Which node answers a message: design §5, without rules and inference. Pure and deterministic: the same message, nodes
 * and pin give the same decision. Precedence: named node > requirements > pin > score.
 */
import type { Decision, Reason } from '../../contract/decision.ts'
import type { Message, Waiting } from '../../contract/message.ts'
import { assess, type Assessed, onlyBusy, type RoutableNode } from './assess.ts'
import { explain } from './explain.ts'
import { rank } from './rank.ts'
import type { Home, Scene } from './scene.ts'
import { verdicts } from './verdicts.ts'

export interface DecideInput {
  readonly message: Pick<Message, 'id' | 'requires' | 'conversation' | 'stays_with'>
  readonly nodes: readonly RoutableNode[]
  /** Id of the node that the message's conversation lives on. */
  readonly pin?: string | null | undefined
  /** The message has waited for a slot of its pinned node long enough: it may move. */
  readonly pinExpired?: boolean | undefined
  /** Nodes that just refused or failed this message, with the reason to show: `refused`, `excluded` or `no_free_slot`. */
  readonly excluded?: ReadonlyMap<string, Reason> | undefined
  /** ISO time of the decision. */
  readonly at: string
}

export interface Routed {
  readonly decision: Decision
  /** With outcome `wait`: what it waits for. */
  readonly wait: Waiting['reason'] | null
}

export function decide(input: DecideInput): Routed {
  const { message, at } = input
  const requires = message.requires ?? {}
  const staysWith = ownNode(input)
  const all = assess(input.nodes, requires, input.excluded ?? new Map(), staysWith)
  const able = all.filter(({ never }) => never.length === 0)
  const home = findHome(input, all, able)
  const pool = home.binds ? able.filter((one) => one === home.node && isFree(one)) : candidates(able)
  const ranked = rank(message.id, able.filter(isFree))
  const chosen = ranked.find(({ of }) => pool.includes(of))

  const outcome = chosen ? 'chosen' : able.length > 0 ? 'wait' : 'infeasible'
  const wait = outcome === 'wait' ? waitsFor(able, home) : null
  const scene: Scene = { requires, stays: staysWith !== undefined, all, able, pool, home, ranked, chosen, wait, at }
  const decision: Decision = {
    outcome,
    node_id: chosen?.of.node.id ?? null,
    strategy: strategyOf(scene),
    rule_id: null,
    affinity: home.affinity,
    requires,
    nodes: verdicts(scene),
    reason: explain(scene),
    at,
  }
  return { decision, wait }
}

/** A message that stays with its node needs that one, for as long as it is part of the mesh. */
function ownNode({ message: { requires, stays_with }, nodes }: DecideInput): string | undefined {
  return requires?.node === undefined && nodes.some(({ id }) => id === stays_with) ? stays_with : undefined
}

function strategyOf({ requires, stays, home }: Scene): Decision['strategy'] {
  if (requires.node !== undefined) return 'addressed'
  if (stays) return 'own-node'
  return home.binds ? 'pinned' : 'least-busy'
}

const isFree = ({ now }: Assessed): boolean => now.length === 0

function findHome(
  { message, pin, pinExpired }: DecideInput,
  all: readonly Assessed[],
  able: readonly Assessed[],
): Home {
  if (message.conversation === undefined) return { affinity: 'none', binds: false }
  if (pin === undefined || pin === null) return { affinity: 'miss', binds: false }
  const node = all.find((one) => one.node.id === pin)
  if (node === undefined) return { affinity: 'repin', binds: false }
  if (!able.includes(node)) return { affinity: 'excursion', node, binds: false }
  const mayMove = able.length > 1
  const binds = isFree(node) || !mayMove || (onlyBusy(node) && pinExpired !== true)
  return { affinity: binds ? 'hit' : 'repin', node, binds }
}

/** The free nodes that are well; the doubtful ones only when no better node is there, not even a busy one. */
function candidates(able: readonly Assessed[]): Assessed[] {
  const free = able.filter(isFree)
  const well = free.filter(({ doubtful }) => !doubtful)
  if (well.length > 0) return well
  return able.some((one) => !one.doubtful && onlyBusy(one)) ? [] : free
}

/**
 * The nearest of what the able nodes wait for: a slot is nearer than a retry, a cure or a return. A message that could
 * move but waits for its home's slot says so for as long as it does, also when nobody else had room once it might move.
 */
function waitsFor(able: readonly Assessed[], { node: home }: Home): Waiting['reason'] {
  if (home && able.length > 1 && able.includes(home) && onlyBusy(home)) return 'pinned_busy'
  if (able.some(onlyBusy)) return 'no_free_slot'
  const reasons = able.map(({ now }) => new Set(now.map(({ code }) => code)))
  if (reasons.some((codes) => !codes.has('offline') && !codes.has('condition'))) return 'backoff'
  return reasons.some((codes) => !codes.has('offline')) ? 'condition' : 'offline'
}
