/** The part of a decision that names every node once, with why and why not: chosen, scored best first, rejected. */
import type { Reason, Verdict } from '../../contract/decision.ts'
import { type Assessed, howBusy, type RoutableNode } from './assess.ts'
import type { Ranked } from './rank.ts'
import { needsOf } from './requirements.ts'
import type { Scene } from './scene.ts'

export function verdicts(scene: Scene): Verdict[] {
  const { all, ranked, chosen } = scene
  const first = chosen === undefined ? [] : [verdict(chosen, 'chosen', whyChosen(scene, chosen))]
  const passed = ranked.filter((one) => one !== chosen).map((one) => passedOver(scene, one))
  const seen = new Set(ranked.map(({ of }) => of))
  const turnedDown = all.filter((one) => !seen.has(one)).map((one) => rejected(one.node, whyNot(one)))
  const isScored = ({ verdict }: Verdict): boolean => verdict === 'scored'
  return [...first, ...passed.filter(isScored), ...passed.filter((one) => !isScored(one)), ...turnedDown]
}

/** What lasts comes before what passes: a node that lacks something is not told to be offline as well. */
const whyNot = ({ never, now }: Assessed): readonly Reason[] => (never.length > 0 ? never : now)

export function whyChosen({ requires, stays, able, pool, home, ranked }: Scene, { of, score }: Ranked): Reason[] {
  const doubt: Reason[] = of.doubtful ? [{ code: 'condition', condition: of.node.condition }] : []
  if (requires.node !== undefined) return [{ code: 'addressed' }, ...doubt]
  if (stays) return [{ code: 'own_node' }, ...doubt]
  if (home.binds) return [{ code: 'pinned' }, ...doubt]
  if (pool.length === 1) {
    const needs = needsOf(requires).join(', ')
    return [{ code: 'only_candidate', ...(able.length === 1 && needs !== '' ? { detail: needs } : {}) }, ...doubt]
  }
  const tied = ranked.some((other) => other.of !== of && pool.includes(other.of) && other.score === score)
  const tie: Reason[] = tied ? [{ code: 'tie_break' }] : []
  return [{ code: 'least_busy', ...howBusy(of.node) }, ...tie, ...doubt]
}

function passedOver({ pool, home, chosen }: Scene, one: Ranked): Verdict {
  const { node } = one.of
  if (home.binds) {
    return verdict(one, 'scored', [{ code: 'not_pinned', ...(home.node ? { detail: home.node.node.name } : {}) }])
  }
  if (!pool.includes(one.of)) return rejected(node, [{ code: 'condition', condition: node.condition }])
  if (one.score === chosen?.score) {
    return verdict(one, 'scored', [{ code: 'tie_break', detail: chosen.of.node.name }])
  }
  return verdict(one, 'scored', [busier(one, chosen)])
}

/** Where slots do not tell the two apart, it says what does. */
function busier({ of: { node }, parts }: Ranked, chosen: Ranked | undefined): Reason {
  const busy = howBusy(node)
  if (parts['turns'] !== chosen?.parts['turns']) return { code: 'busier', ...busy }
  const cpuPercent = Math.round(node.load.cpu * 100)
  return { code: 'busier', ...busy, cpu_percent: cpuPercent, detail: `${busy.detail}, CPU at ${cpuPercent}%` }
}

const verdict = ({ of, score, parts }: Ranked, kind: 'chosen' | 'scored', reasons: Reason[]): Verdict => ({
  node_id: of.node.id,
  name: of.node.name,
  verdict: kind,
  reasons,
  score,
  parts,
})

const rejected = (node: RoutableNode, reasons: readonly Reason[]): Verdict => ({
  node_id: node.id,
  name: node.name,
  verdict: 'rejected',
  reasons: [...reasons],
})
