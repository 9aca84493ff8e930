/** The events that take a message through its life, for tests of a store. */
import type { Store } from '../core/storage/store.ts'
import type { AttemptResult, MachineEvent } from '../domain/message/events.ts'
import { aDecision } from './builders.ts'

type Affinity = NonNullable<Parameters<typeof aDecision>[0]>['affinity']

export const offer = (node_id = 'node-1', affinity: Affinity = 'none'): MachineEvent => ({
  type: 'offer',
  node_id,
  node_name: `name of ${node_id}`,
  decision: aDecision({ node_id, affinity }),
})
export const start = (attempt: number): MachineEvent => ({ type: 'start', attempt })
export const began = (attempt: number): MachineEvent => ({ type: 'began', attempt })
export const neverBegan = (attempt: number): MachineEvent => ({
  type: 'never_began',
  attempt,
  error: { code: 'gateway_down', message: 'It never reached the gateway.' },
})
export const result = (attempt: number, overrides: Partial<AttemptResult>): MachineEvent => ({
  type: 'result',
  attempt,
  result: { outcome: 'succeeded', text: '', began: true, effects: 'none', ...overrides },
})
/** A failure that is not tried again. */
export const failed = (attempt: number): MachineEvent =>
  result(attempt, {
    outcome: 'failed',
    effects: 'possible',
    error: { code: 'provider_failing', message: 'The model is away.' },
  })

/** Brings a queued message to its first turn on a node. */
export async function take(store: Store, id: string, node = 'node-1', affinity: Affinity = 'none'): Promise<void> {
  await store.transition(id, offer(node, affinity))
  await store.transition(id, start(1))
  await store.transition(id, began(1))
}
