/** The filter of routing: for every node what keeps it from a message for good, and what keeps it from it now. */
import type { Capabilities } from '../../contract/capabilities.ts'
import type { Reason } from '../../contract/decision.ts'
import type { MeshNode } from '../../contract/node.ts'
import type { Requirements } from '../../contract/requirement.ts'
import { readinessOf } from '../health/condition.ts'
import { freeSlots, turnsOn } from '../health/slots.ts'
import { resolveNode } from '../names.ts'
import { lacks } from './requirements.ts'

/** What routing looks at in a node. */
export type RoutableNode = Pick<
  MeshNode,
  'id' | 'name' | 'capabilities' | 'admin_tags' | 'status' | 'condition' | 'load' | 'in_flight' | 'status_since'
>

export interface Assessed {
  readonly node: RoutableNode
  /** Waiting will not help: it is not the one asked for, or lacks something. */
  readonly never: readonly Reason[]
  /** Waiting may help. */
  readonly now: readonly Reason[]
  /** Asked only when nobody better can: what it is given is likely to fail. */
  readonly doubtful: boolean
}

export function assess(
  nodes: readonly RoutableNode[],
  requires: Requirements,
  excluded: ReadonlyMap<string, Reason>,
  /** Id of the one node that a message stays with which did not ask for any. */
  staysWith?: string,
): Assessed[] {
  const asked = staysWith ?? requires.node
  const target = asked === undefined ? undefined : resolveNode(nodes, asked)
  const code = staysWith === undefined ? 'not_addressed' : 'not_own_node'
  return nodes.map((node) => ({
    node,
    never:
      asked !== undefined && node !== target
        ? [{ code, detail: target?.name ?? asked }]
        : lacks(abilitiesOf(node), requires),
    now: blockedNow(node, excluded.get(node.id)),
    doubtful: readinessOf(node.condition) === 'doubtful',
  }))
}

/** What it reports, with the tags an admin gave it. */
const abilitiesOf = ({ capabilities, admin_tags }: RoutableNode): Capabilities =>
  admin_tags.length === 0 ? capabilities : { ...capabilities, tags: [...capabilities.tags, ...admin_tags] }

function blockedNow(node: RoutableNode, justSaidNo: Reason | undefined): Reason[] {
  const no = justSaidNo === undefined ? [] : [justSaidNo]
  // What was last heard of a node that is away says nothing about it now.
  if (node.status === 'offline') return [...no, { code: 'offline', since: node.status_since }]
  if (readinessOf(node.condition) === 'closed') return [...no, { code: 'condition', condition: node.condition }]
  if (freeSlots(node) === 0 && justSaidNo?.code !== 'no_free_slot') {
    return [...no, { code: 'no_free_slot', ...howBusy(node) }]
  }
  return no
}

export const slotsInUse = (node: RoutableNode): string => `${turnsOn(node)} of ${node.load.slots} slots in use`

/** The same in figures and in words. */
export const howBusy = (node: RoutableNode): Pick<Reason, 'used' | 'slots' | 'detail'> => ({
  used: turnsOn(node),
  slots: node.load.slots,
  detail: slotsInUse(node),
})

/** It would take the message but for its slots. */
export const onlyBusy = ({ now }: Assessed): boolean =>
  now.length > 0 && now.every((reason) => reason.code === 'no_free_slot')
