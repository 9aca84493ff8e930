import { expect, it } from 'vitest'
import type { Message } from '../../contract/message.ts'
import { aMessage, aNode } from '../../testing/builders.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { aHello, FakeLink } from '../../testing/fake-link.ts'
import { ModelDisk } from '../../testing/simulator/model-disk.ts'
import { ModelStore } from '../../testing/simulator/model-store.ts'
import { silentLog } from '../platform/log.ts'
import { buildServices } from './build-services.ts'
import type { Caller } from './caller.ts'

const tester: Caller = { scope: 'operator', sender: 'tester', tokenHash: 'hash-of-tester' }
const talking = (id: string, overrides: Partial<Message> = {}): Message =>
  aMessage({ id, conversation: 'talk', ...overrides })

it('a later message does not pass one of its conversation whose return to the queue is still being written', async () => {
  const clock = fakeClock()
  const disk = new ModelDisk()
  const { host_boot_id, journal_id } = aHello()
  const { admin, ...node } = aNode()
  disk.nodes.set(node.id, { ...node, host_boot_id, journal_id })
  const attempts = [{ number: 1, node_id: 'node-1', node_name: 'linux-1', offered_at: '', charged: false }]
  disk.insert(talking('msg-1', { state: 'offered', attempt: 1, attempts, node_id: 'node-1' }), undefined)
  disk.insert(talking('msg-2'), undefined)
  const commits: (() => void)[] = []
  const store = new ModelStore({ disk, clock, soon: (commit) => void commits.push(commit) })
  const tokens = { verify: () => undefined, issue: async () => '', revokeNode: async () => undefined }
  const running = await buildServices({ store, tokens, clock, log: silentLog, version: '0.1.0' })

  const link = await FakeLink.join(running.services.links)
  await clock.settle()
  // Only now does the slow disk get to anything.
  while (commits.length > 0) {
    for (const commit of commits.splice(0)) commit()
    await clock.settle()
  }
  expect(link.sentOf('offer').map(({ message_id, attempt }) => `${message_id}.${attempt}`)).toEqual(['msg-1.2'])
})

it('a later message does not pass one of its conversation whose end cannot be written', async () => {
  const clock = fakeClock()
  const disk = new ModelDisk()
  const { host_boot_id, journal_id } = aHello()
  const { admin, ...node } = aNode()
  disk.nodes.set(node.id, { ...node, host_boot_id, journal_id })
  const created_at = new Date(clock.now()).toISOString()
  // Ids that sort before the one that is made below.
  disk.insert(talking('msg-0001', { queue_ttl_s: 1, created_at }), undefined)
  disk.insert(talking('msg-0002', { created_at }), undefined)
  let full = false
  const store = new ModelStore({
    disk,
    clock,
    soon: (commit) => void setImmediate(commit),
    fate: () => (full ? 'full' : 'written'),
  })
  const tokens = { verify: () => undefined, issue: async () => '', revokeNode: async () => undefined }
  const running = await buildServices({ store, tokens, clock, log: silentLog, version: '0.1.0' })
  await clock.settle()
  full = true
  await clock.advance(1_000)
  const link = await FakeLink.join(running.services.links)
  full = false
  // There is room again, but what could not be written is not tried again yet.
  await running.services.messages.send({ content: 'And now?', conversation: 'talk' }, tester)
  for (let turn = 0; turn < 8; turn++) await clock.settle()
  expect(link.sentOf('offer')).toEqual([])
  await clock.advance(1_000)
  for (let turn = 0; turn < 8; turn++) await clock.settle()
  expect((await store.get('msg-0001'))?.state).toBe('expired')
  expect(link.sentOf('offer').map(({ message_id }) => message_id)).toEqual(['msg-0002'])
})
