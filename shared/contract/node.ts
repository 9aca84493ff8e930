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
