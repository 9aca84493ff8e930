/**
 * Frames of the link, the node agent's outbound WebSocket `/ws/agent`; JSON text, one schema per type.
 * The agent proves itself with its node token in the Authorization header of the upgrade; `hello` is its first frame.
 */
import { type Static, type TSchema, Type } from 'typebox'
import { Capabilities } from './capabilities.ts'
import { ErrorBody } from './error.ts'
import { maxContentBytes, resultPartChars } from './limits.ts'
import { ContextTurn, Effects, Usage } from './message.ts'
import { GatewayReport, Load, NodeId, NodeName } from './node.ts'

const frame = <T extends string, P extends Record<string, TSchema>>(type: T, fields: P) =>
  Type.Object({ type: Type.Literal(type), ...fields }, { additionalProperties: false })

const id = Type.String({ minLength: 1, maxLength: 128 })
/** One attempt at one message; `<message_id>.<attempt>` is its run id in the gateway. */
const attempt = { message_id: id, attempt: Type.Integer({ minimum: 1 }) }

export const AttemptRef = Type.Object(attempt, { additionalProperties: false })
export type AttemptRef = Static<typeof AttemptRef>
export const runId = (ref: AttemptRef): string => `${ref.message_id}.${ref.attempt}`

// ---- agent → coordinator ----

export const Hello = frame('hello', {
  protocol: Type.Integer({ minimum: 1 }),
  node_id: NodeId,
  name: NodeName,
  /** Random per start of the agent. */
  instance: id,
  /** The host's boot, so that a lost power supply can be told from a lost link. */
  host_boot_id: id,
  /** Random per database of the agent: a fresh one knows nothing of older attempts. */
  journal_id: id,
  version: Type.String({ maxLength: 64 }),
  capabilities: Capabilities,
  gateway: GatewayReport,
  load: Load,
  /** Attempts that began and have no result yet. */
  begun: Type.Array(AttemptRef, { maxItems: 10_000 }),
  /** Attempts whose result was not acknowledged; the results follow as `result` frames after `welcome`. */
  results: Type.Array(AttemptRef, { maxItems: 10_000 }),
})
export type Hello = Static<typeof Hello>

export const Heartbeat = frame('heartbeat', { load: Load, gateway: GatewayReport })
export type Heartbeat = Static<typeof Heartbeat>
export const CapabilitiesChanged = frame('capabilities', { capabilities: Capabilities })
export const Accept = frame('accept', attempt)
export const Refuse = frame('refuse', { ...attempt, error: ErrorBody })
export const Begun = frame('begun', attempt)
export const Delta = frame('delta', {
  ...attempt,
  offset: Type.Integer({ minimum: 0 }),
  text: Type.String({ maxLength: resultPartChars }),
})
export const Tool = frame('tool', {
  ...attempt,
  name: Type.String({ minLength: 1, maxLength: 128 }),
  phase: Type.Enum(['start', 'end']),
})
/**
 * The end of an attempt, in `parts` frames of which `part` counts from 0; their texts joined are the answer.
 * Outcome, usage and error stand in every part and must agree.
 */
export const Result = frame('result', {
  ...attempt,
  part: Type.Integer({ minimum: 0, maximum: 4_095 }),
  parts: Type.Integer({ minimum: 1, maximum: 4_096 }),
  text: Type.String({ maxLength: resultPartChars }),
  outcome: Type.Enum(['succeeded', 'failed', 'cancelled', 'interrupted', 'never_began']),
  usage: Type.Optional(Usage),
  error: Type.Optional(ErrorBody),
  /** For `failed`: whether the turn began in the gateway, and whether it may have had effects. */
  began: Type.Boolean(),
  effects: Effects,
})
export type Result = Static<typeof Result>
/** The agent is leaving on purpose; it accepts nothing more. */
export const Bye = frame('bye', { reason: Type.Enum(['shutdown', 'leave', 'restart']) })

export const AgentFrame = Type.Union([
  Hello,
  Heartbeat,
  CapabilitiesChanged,
  Accept,
  Refuse,
  Begun,
  Delta,
  Tool,
  Result,
  Bye,
])
export type AgentFrame = Static<typeof AgentFrame>
export const agentFrames: Record<AgentFrame['type'], TSchema> = {
  hello: Hello,
  heartbeat: Heartbeat,
  capabilities: CapabilitiesChanged,
  accept: Accept,
  refuse: Refuse,
  begun: Begun,
  delta: Delta,
  tool: Tool,
  result: Result,
  bye: Bye,
}

// ---- coordinator → agent ----

export const Welcome = frame('welcome', {
  protocol: Type.Integer({ minimum: 1 }),
  coordinator_boot_id: id,
  node_id: NodeId,
  /** As granted: the coordinator may have added -2. */
  name: NodeName,
  version: Type.String({ maxLength: 64 }),
})
export type Welcome = Static<typeof Welcome>
/** The coordinator turns the link down and closes it; `final` means that dialling again will not help. */
export const Reject = frame('reject', { error: ErrorBody, final: Type.Boolean() })
export type Reject = Static<typeof Reject>
export const Offer = frame('offer', {
  ...attempt,
  content: Type.String({ maxLength: maxContentBytes }),
  /** Earlier turns that the gateway's session does not hold. */
  context: Type.Array(ContextTurn, { maxItems: 1_000 }),
  /** 32 hex; the agent puts its own prefix before it. Never a key the caller chose. */
  session: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  timeout_s: Type.Integer({ minimum: 1 }),
  source: Type.String({ maxLength: 64 }),
  sender: Type.String({ maxLength: 128 }),
})
export type Offer = Static<typeof Offer>
export const Start = frame('start', attempt)
/** Stop it; confirmed by a `result`: any outcome, `never_began` when it was not begun, `interrupted` when the agent does not know it. */
export const Cancel = frame('cancel', { ...attempt, reason: Type.Enum(['cancelled', 'expired']) })
export const ResultAck = frame('result_ack', attempt)

export const CoordinatorFrame = Type.Union([Welcome, Reject, Offer, Start, Cancel, ResultAck])
export type CoordinatorFrame = Static<typeof CoordinatorFrame>
export const coordinatorFrames: Record<CoordinatorFrame['type'], TSchema> = {
  welcome: Welcome,
  reject: Reject,
  offer: Offer,
  start: Start,
  cancel: Cancel,
  result_ack: ResultAck,
}
