/** A mesh node as every process sees it. The coordinator decides id, status and condition. */
import { type Static, Type } from 'typebox'
import { Capabilities } from './capabilities.ts'
import { ErrorBody } from './error.ts'

export const NodeId = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]*$' })
export const NodeName = Type.String({ minLength: 1, maxLength: 64 })

export const NodeStatus = Type.Enum(['online', 'busy', 'offline'])
export type NodeStatus = Static<typeof NodeStatus>

/** Everything finer than status; the first that applies, in the order of `domain/health/condition.ts`. */
export const Condition = Type.Enum([
  'ok',
  'warming',
  'gateway_down',
  'gateway_draining',
  'token_refused',
  'provider_failing',
  'rate_limited',
  'paused',
  'draining',
  'disabled',
  'breaker_open',
  'half_open',
])
export type Condition = Static<typeof Condition>

/**
 * What an admin wants of a node. `paused` and `disabled`: no new messages, the link stays; a pause may end by itself.
 * `draining`: the same, and once what runs there has finished the node is `disabled`.
 */
export const AdminState = Type.Enum(['active', 'paused', 'draining', 'disabled'])
export type AdminState = Static<typeof AdminState>

/** Labels an admin adds to those a node reports (`capabilities.tags`); routing sees both. */
export const AdminTags = Type.Array(Type.String({ minLength: 1, maxLength: 128 }), { maxItems: 64 })

export const AdapterName = Type.Enum(['openclaw-rpc', 'openai', 'demo'])
export type AdapterName = Static<typeof AdapterName>

export const GatewayState = Type.Enum([
  'ok',
  'warming',
  'down',
  'draining',
  'token_refused',
  'provider_failing',
  'rate_limited',
])
export type GatewayState = Static<typeof GatewayState>

/** The node's gateway as its agent sees it. */
export const GatewayReport = Type.Object(
  {
    adapter: AdapterName,
    state: GatewayState,
    version: Type.Optional(Type.String({ maxLength: 64 })),
    /** Why the state is not `ok`, and what to do about it. */
    problem: Type.Optional(ErrorBody),
  },
  { additionalProperties: false },
)
export type GatewayReport = Static<typeof GatewayReport>

const share = Type.Number({ minimum: 0, maximum: 1 })

/** Work as the gateway itself counts it, and the machine's own load (shares of 1). */
export const Load = Type.Object(
  {
    running: Type.Integer({ minimum: 0 }),
    queued: Type.Integer({ minimum: 0 }),
    /** How many turns may run at once. */
    slots: Type.Integer({ minimum: 0 }),
    cpu: share,
    memory: share,
    gpu: Type.Optional(share),
    on_battery: Type.Boolean(),
    /** The machine's owner has paused it. */
    paused: Type.Boolean(),
  },
  { additionalProperties: false },
)
export type Load = Static<typeof Load>

export const MeshNode = Type.Object({
  id: NodeId,
  name: NodeName,
  capabilities: Capabilities,
  status: NodeStatus,
  condition: Condition,
  admin: AdminState,
  /** When an admin's pause ends by itself, by the coordinator's clock; absent: when it is ended by hand. */
  paused_until: Type.Optional(Type.String()),
  admin_tags: AdminTags,
  gateway: GatewayReport,
  load: Load,
  /** claw-mesh version of the agent. */
  version: Type.String(),
  registered_at: Type.String(),
  last_heartbeat: Type.Union([Type.String(), Type.Null()]),
  /** Since when the node has had this status. */
  status_since: Type.String(),
  /** Messages of this mesh that are on the node now. */
  in_flight: Type.Integer({ minimum: 0 }),
})
export type MeshNode = Static<typeof MeshNode>

/** What an admin may change about a node; what is left out stays. */
export const nodeChange = {
  /** Wins over the name its agent reports; made unique like that one. */
  name: Type.Optional(NodeName),
  admin: Type.Optional(AdminState),
  /** With `admin: paused`: the pause ends after this time. */
  pause_for_s: Type.Optional(Type.Integer({ minimum: 1, maximum: 7 * 86_400 })),
  /** All of them: it takes the place of the list before. */
  tags: Type.Optional(AdminTags),
}
export const NodeChange = Type.Object(nodeChange, { additionalProperties: false })
export type NodeChange = Static<typeof NodeChange>

export const RegisterNode = Type.Object(
  {
    name: NodeName,
    /** The id the agent would like; granted if it is free or if `node_token` proves it. */
    proposed_id: Type.Optional(NodeId),
    node_token: Type.Optional(Type.String({ maxLength: 256 })),
    capabilities: Capabilities,
    version: Type.String({ maxLength: 64 }),
  },
  { additionalProperties: false },
)
export type RegisterNode = Static<typeof RegisterNode>

/** The token is shown this once; the coordinator keeps a hash. */
export const Registered = Type.Object({ node_id: NodeId, name: NodeName, token: Type.String() })
export type Registered = Static<typeof Registered>
