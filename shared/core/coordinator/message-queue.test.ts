import { expect, it } from 'vitest'
import { aMessage } from '../../testing/builders.ts'
import { MessageQueue } from './message-queue.ts'

it('puts nothing off by more than its own limit when times were written before the clock was set back', () => {
  const queue = new MessageQueue()
  const now = Date.parse('2026-01-01T09:00:00Z')
  const noon = '2026-01-01T12:00:00.000Z'
  const waiting = { reason: 'offline', since: noon, position: 1 } as const
  queue.put(aMessage({ created_at: noon, queue_ttl_s: 600, not_before: noon, waiting }), now)
  expect(queue.get('msg-1')).toMatchObject({
    expiresAt: now + 600_000,
    notBefore: now + 30_000,
    wait: { since: now },
  })
})

it('leaves times as they are that lie behind', () => {
  const queue = new MessageQueue()
  queue.put(aMessage({ created_at: '2026-01-01T08:59:00Z', queue_ttl_s: 600 }), Date.parse('2026-01-01T09:00:00Z'))
  expect(queue.get('msg-1')?.expiresAt).toBe(Date.parse('2026-01-01T09:09:00Z'))
})

it('knows a retry again that a node refused: it has to fit into the retry budget like before', () => {
  const queue = new MessageQueue()
  const attempt = { node_id: 'node-1', node_name: 'mac', offered_at: '2026-01-01T08:00:00.000Z' }
  const attempts = [
    { ...attempt, number: 1, outcome: 'failed', charged: true },
    { ...attempt, number: 2, outcome: 'refused', charged: false },
  ] as const
  queue.put(aMessage({ attempt: 2, attempts: [...attempts] }), 0)
  expect(queue.get('msg-1')?.isRetry).toBe(true)
})
