/** How much of a node is in use. */
import type { Load, MeshNode } from '../../contract/node.ts'

/**
 * Turns running and queued there. The gateway's own count includes work from outside the mesh but may be some seconds
 * old; what the coordinator has sent there is exact but only ours. The larger one is the safer one.
 */
export const turnsOn = ({ load, in_flight }: Pick<MeshNode, 'load' | 'in_flight'>): number =>
  Math.max(load.running + load.queued, in_flight)

/** Never below 0: a gateway may queue more than it has slots. */
export const freeSlots = (node: { readonly load: Load; readonly in_flight: number }): number =>
  Math.max(0, node.load.slots - turnsOn(node))
