/** How a node is doing: one condition out of all that may hold at once, and the three-valued status made from it. */
import type { AdminState, Condition, GatewayReport, GatewayState, Load, NodeStatus } from '../../contract/node.ts'
import { freeSlots } from './slots.ts'

export interface ConditionInput {
  readonly gateway: Pick<GatewayReport, 'state'>
  readonly load: Pick<Load, 'paused'>
  /** What an admin wants of the node. */
  readonly admin?: AdminState | undefined
  /** The coordinator's own circuit breaker for the node. */
  readonly breaker?: 'closed' | 'open' | 'half_open' | undefined
}

const ofGateway: Record<GatewayState, Condition> = {
  ok: 'ok',
  warming: 'warming',
  down: 'gateway_down',
  draining: 'gateway_draining',
  token_refused: 'token_refused',
  provider_failing: 'provider_failing',
  rate_limited: 'rate_limited',
}

/**
 * The first that applies: what an admin decided (`disabled`, `draining`, `paused`), what the machine's owner decided
 * (`paused` too), what the gateway reports, what the coordinator concluded (`breaker_open`, `half_open`), `ok`. Decisions come first
 * because they hold whatever the machine does; reports before conclusions because they name a cause.
 */
export function conditionOf({ gateway, load, admin = 'active', breaker }: ConditionInput): Condition {
  if (admin !== 'active') return admin
  if (load.paused) return 'paused'
  if (gateway.state !== 'ok') return ofGateway[gateway.state]
  if (breaker === 'open') return 'breaker_open'
  if (breaker === 'half_open') return 'half_open'
  return 'ok'
}

/** Conditions in which the gateway cannot say how busy it is. */
const loadUnknown: ReadonlySet<Condition> = new Set<Condition>(['gateway_down', 'token_refused', 'warming'])

/** `offline`: no link. `busy`: no free slot. `online`: everything else; the condition says whether it takes messages. */
export function statusOf(node: {
  readonly linked: boolean
  readonly condition: Condition
  readonly load: Load
  readonly in_flight: number
}): NodeStatus {
  if (!node.linked) return 'offline'
  if (loadUnknown.has(node.condition)) return 'online'
  return freeSlots(node) === 0 ? 'busy' : 'online'
}

export type Readiness =
  /** Takes messages. */
  | 'ready'
  /** Takes messages that are likely to fail: asked only when nobody better can take them. */
  | 'doubtful'
  /** Takes none now. */
  | 'closed'

const readiness: Record<Condition, Readiness> = {
  ok: 'ready',
  half_open: 'ready',
  // The provider's state is known from turns only: a node that never gets one again would never be seen to recover.
  provider_failing: 'doubtful',
  rate_limited: 'doubtful',
  warming: 'closed',
  gateway_down: 'closed',
  gateway_draining: 'closed',
  token_refused: 'closed',
  paused: 'closed',
  draining: 'closed',
  disabled: 'closed',
  breaker_open: 'closed',
}

export const readinessOf = (condition: Condition): Readiness => readiness[condition]
