/** Which faults strike what, when and for how long: a pure function of seed and number. Carrying them out is `faults.ts`. */
import { SeededRandom } from './random.ts'

export const processKinds = ['kill', 'stop', 'cut'] as const
export const networkKinds = ['lose_in', 'lose_out', 'lose_all', 'lose_some', 'delay', 'reorder'] as const
export type ProcessKind = (typeof processKinds)[number]
export type NetworkKind = (typeof networkKinds)[number]
export type Target = 'coordinator' | 'agent' | 'gateway' | 'network'

export interface Fault {
  readonly kind: ProcessKind | NetworkKind
  readonly target: Target
  /** Which node; 0 for the coordinator, which is on none. */
  readonly node: number
  /** Since the load began. */
  readonly at_ms: number
  /** Until it is mended: started again, let go on, or passed through. */
  readonly for_ms: number
}

export interface PlanOptions {
  readonly kills: number
  readonly nodes: number
  readonly seed: number | string
}

type Blow = Pick<Fault, 'kind' | 'target'>

const struck: readonly Target[] = ['coordinator', 'agent', 'gateway']
/** Fifteen blows: each of the three processes killed three times, stopped once and cut off once. */
const blows: readonly Blow[] = struck.flatMap((target): Blow[] => [
  ...Array.from({ length: 3 }, (): Blow => ({ kind: 'kill', target })),
  { kind: 'stop', target },
  { kind: 'cut', target },
])
const disturbances = networkKinds.map((kind): Blow => ({ kind, target: 'network' }))

/** A fault of the network comes with every so many faults of processes. */
const blowsPerDisturbance = 2.5
const gapMs = [500, 1_900] as const
/** Longer than a link may be silent: the coordinator has to notice. */
const noticedMs = [9_000, 10_000] as const

const lengthsMs: Readonly<Record<Fault['kind'], readonly [number, number]>> = {
  kill: [100, 1_500],
  stop: [1_000, 4_000],
  cut: [0, 800],
  lose_in: [1_500, 6_000],
  lose_out: [1_500, 6_000],
  lose_all: noticedMs,
  lose_some: [3_000, 6_000],
  delay: [3_000, 6_000],
  reorder: [3_000, 6_000],
}

/** `kills` faults of processes in an order of chance, and faults of the network between them. */
export function planFaults({ kills, nodes, seed }: PlanOptions): Fault[] {
  const random = new SeededRandom(seed)
  const blow = dealer(blows, random)
  const disturbance = dealer(disturbances, random)
  const pick = turns(nodes, random)
  const plan: Fault[] = []
  let at = 0
  for (let count = 1; count <= kills; count++) {
    at += random.between(...gapMs)
    plan.push(aimed(blow(), at))
    if (Math.floor(count / blowsPerDisturbance) > Math.floor((count - 1) / blowsPerDisturbance))
      plan.push(aimed(disturbance(), at + random.between(0, gapMs[0])))
  }
  return plan.sort((a, b) => a.at_ms - b.at_ms)

  function aimed(what: Blow, at_ms: number): Fault {
    // The agent that stands still long enough is the one that shows how fast a silent node is noticed.
    const length = what.kind === 'stop' && what.target === 'agent' ? noticedMs : lengthsMs[what.kind]
    const for_ms = random.between(...length)
    const node = what.target === 'coordinator' ? 0 : pick(what.target, at_ms, at_ms + for_ms)
    return { ...what, node, at_ms, for_ms }
  }
}

/** Deals a deck in an order of chance, again and again: every kind comes up, however few there are. */
function dealer<T>(deck: readonly T[], random: SeededRandom): () => T {
  let left: T[] = []
  return () => {
    if (left.length === 0) left = random.shuffled(deck)
    return left.pop()!
  }
}

/** A node that is not in the same trouble already; where all are, the one that is out of it first. */
function turns(nodes: number, random: SeededRandom) {
  const freeAt = new Map<string, number>()
  return (target: Target, from: number, until: number): number => {
    const order = random.shuffled(Array.from({ length: nodes }, (_, node) => node))
    const free = (node: number): number => freeAt.get(`${target}.${node}`) ?? 0
    const chosen =
      order.find((node) => free(node) < from) ?? order.reduce((best, node) => (free(node) < free(best) ? node : best))
    freeAt.set(`${target}.${chosen}`, Math.max(free(chosen), until))
    return chosen
  }
}
