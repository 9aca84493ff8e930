/** One node in the registry's memory, and how it looks from outside. */
import type { GatewayReport, Load, MeshNode, NodeStatus } from '../../contract/node.ts'
import { conditionOf, statusOf } from '../../domain/health/condition.ts'
import { type NodeAdmin, unmanaged } from '../../domain/health/node-admin.ts'
import type { StoredNode } from '../storage/store.ts'

export interface NodeRecord {
  stored: StoredNode
  load: Load
  linked: boolean
  in_flight: number
  /** As last told; `status_since` belongs to it. */
  status: NodeStatus
  status_since: string
  /** Clock time of the last event about it. */
  toldAt: number
  cancelUpdate: (() => void) | undefined
  /** Of the timer that ends a pause. */
  cancelPause: (() => void) | undefined
}

const noLoad: Load = { running: 0, queued: 0, slots: 0, cpu: 0, memory: 0, on_battery: false, paused: false }
/** Of a node that registered and has not linked yet: nobody has asked its gateway. */
export const unseenGateway: GatewayReport = { adapter: 'openclaw-rpc', state: 'warming' }

export const newRecord = (stored: StoredNode): NodeRecord => ({
  stored,
  load: noLoad,
  linked: false,
  in_flight: 0,
  status: 'offline',
  status_since: stored.last_heartbeat ?? stored.registered_at,
  toldAt: 0,
  cancelUpdate: undefined,
  cancelPause: undefined,
})

export const statusNow = ({ stored, load, linked, in_flight }: NodeRecord): NodeStatus =>
  // Whatever people want of the node, it is the gateway that knows its slots, or does not.
  statusOf({ linked, load, in_flight, condition: conditionOf({ gateway: stored.gateway, load: { paused: false } }) })

export const adminOf = ({ stored }: Pick<NodeRecord, 'stored'>): NodeAdmin => stored.admin ?? unmanaged

export function asMeshNode(record: NodeRecord): MeshNode {
  const { stored, load, status, status_since, in_flight } = record
  const { state: admin, paused_until, tags } = adminOf(record)
  return {
    id: stored.id,
    name: stored.name,
    capabilities: stored.capabilities,
    status,
    condition: conditionOf({ gateway: stored.gateway, load, admin }),
    admin,
    ...(paused_until === undefined ? {} : { paused_until }),
    admin_tags: [...tags],
    gateway: stored.gateway,
    load,
    version: stored.version,
    registered_at: stored.registered_at,
    last_heartbeat: stored.last_heartbeat,
    status_since,
    in_flight,
  }
}
