/** Whole, valid values for tests, of which a test names only what it is about. */
import type { Capabilities } from '../contract/capabilities.ts'
import type { Decision } from '../contract/decision.ts'
import type { Message } from '../contract/message.ts'
import type { Load, MeshNode } from '../contract/node.ts'

const startOfTime = '2026-01-01T00:00:00.000Z'

/** A queued message without conversation, as `send` makes it. */
export const aMessage = (overrides: Partial<Message> = {}): Message => ({
  id: 'msg-1',
  state: 'queued',
  content: 'What time is it?',
  source: 'api',
  sender: 'tester',
  priority: 3,
  timeout_s: 3_600,
  queue_ttl_s: 600,
  created_at: startOfTime,
  updated_at: startOfTime,
  attempt: 0,
  attempts: [],
  affinity: 'none',
  ...overrides,
})

/** A plain Linux machine: no GPU, no tags, no skills. */
export const capabilities = (overrides: Partial<Capabilities> = {}): Capabilities => ({
  os: 'linux',
  arch: 'amd64',
  gpu: false,
  gpus: [],
  memory_gb: 16,
  tags: [],
  tools: [],
  skills: [],
  skill_details: [],
  ...overrides,
})

/** An idle machine with four free slots. */
export const aLoad = (overrides: Partial<Load> = {}): Load => ({
  running: 0,
  queued: 0,
  slots: 4,
  cpu: 0.1,
  memory: 0.3,
  on_battery: false,
  paused: false,
  ...overrides,
})

/** A node that is online, well and idle. */
export const aNode = (overrides: Partial<MeshNode> = {}): MeshNode => ({
  id: 'node-1',
  name: 'linux-1',
  capabilities: capabilities(),
  status: 'online',
  condition: 'ok',
  admin: 'active',
  admin_tags: [],
  gateway: { adapter: 'demo', state: 'ok' },
  load: aLoad(),
  version: '0.1.0',
  registered_at: startOfTime,
  last_heartbeat: startOfTime,
  status_since: startOfTime,
  in_flight: 0,
  ...overrides,
})

/** A decision for the node of `aNode()`. */
export const aDecision = (overrides: Partial<Decision> = {}): Decision => ({
  outcome: 'chosen',
  node_id: 'node-1',
  strategy: 'least-busy',
  rule_id: null,
  affinity: 'none',
  requires: {},
  nodes: [{ node_id: 'node-1', name: 'linux-1', verdict: 'chosen', reasons: [{ code: 'only_candidate' }] }],
  reason: 'linux-1 is the only node.',
  at: startOfTime,
  ...overrides,
})
