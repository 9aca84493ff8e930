import { expect, it } from 'vitest'
import type { GatewayEvent } from './adapter.ts'
import { EventQueue } from './event-queue.ts'

async function all(queue: EventQueue): Promise<GatewayEvent[]> {
  const events: GatewayEvent[] = []
  for await (const event of queue) events.push(event)
  return events
}

it('keeps the order and merges text that nobody has fetched', async () => {
  const queue = new EventQueue()
  queue.push({ type: 'started' })
  queue.push({ type: 'delta', offset: 0, text: 'one' })
  queue.push({ type: 'delta', offset: 3, text: ' two' })
  queue.push({ type: 'tool', name: 'exec', phase: 'start' })
  queue.push({ type: 'delta', offset: 7, text: ' three' })
  queue.push({ type: 'delta', offset: 0, text: 'instead' })
  queue.push({ type: 'done', text: 'instead' })
  expect(await all(queue)).toEqual([
    { type: 'started' },
    { type: 'delta', offset: 0, text: 'one two' },
    { type: 'tool', name: 'exec', phase: 'start' },
    { type: 'delta', offset: 7, text: ' three' },
    { type: 'delta', offset: 0, text: 'instead' },
    { type: 'done', text: 'instead' },
  ])
})

it('wakes a reader that waits, and ends after the last event', async () => {
  const queue = new EventQueue()
  const read = all(queue)
  queue.push({ type: 'started' })
  queue.push({ type: 'cancelled', text: '' })
  queue.push({ type: 'done', text: 'too late' })
  expect(await read).toEqual([{ type: 'started' }, { type: 'cancelled', text: '' }])
})

it('holds a bounded number of events, and the last one always', async () => {
  const queue = new EventQueue()
  for (let i = 0; i < 5_000; i++) queue.push({ type: 'tool', name: 'exec', phase: 'start' })
  queue.push({ type: 'done', text: 'x' })
  const events = await all(queue)
  expect(events.length).toBeLessThanOrEqual(1_001)
  expect(events.at(-1)).toEqual({ type: 'done', text: 'x' })
})
