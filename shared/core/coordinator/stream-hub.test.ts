import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Message } from '../../contract/message.ts'
import type { MessageEvent } from '../../contract/event.ts'
import { summarise } from '../../domain/message/summary.ts'
import { aMessage } from '../../testing/builders.ts'
import { CoordinatorRig } from '../../testing/coordinator-rig.ts'
import type { NumberedEvent } from './services.ts'
import { StreamHub } from './stream-hub.ts'

let rig: CoordinatorRig
beforeEach(async () => {
  rig = await CoordinatorRig.start()
})
afterEach(() => rig.stop())

const never = new AbortController().signal
async function all(events: AsyncIterable<NumberedEvent>): Promise<NumberedEvent[]> {
  const seen: NumberedEvent[] = []
  for await (const event of events) seen.push(event)
  return seen
}
const follow = (id: string, after = 0) => rig.services.messages.follow(id, { after, signal: never })
const textOf = (events: readonly NumberedEvent[]): string =>
  events.reduce(
    (text, { event }) => (event.type === 'message.delta' ? text.slice(0, event.data.offset) + event.data.text : text),
    '',
  )

describe('following a message', () => {
  it('tells everything from its start to its end, whenever one begins to listen', async () => {
    const node = await rig.node('node-1')
    const { id } = await rig.send()
    const early = all(follow(id))
    const ref = await node.takeTurn()
    node.say({ type: 'tool', ...ref, name: 'calendar', phase: 'start' })
    node.delta(ref, 0, 'No')
    node.delta(ref, 2, 'on')
    await rig.inState(id, 'running')
    const middle = all(follow(id))
    node.result(ref, { text: 'Noon.' })
    for (const events of [await early, await middle, await all(follow(id))]) {
      expect(events.map(({ event }) => event.type).filter((type) => type !== 'message.delta')).toEqual([
        'message.queued',
        'message.offered',
        'message.started',
        'message.tool',
        'message.running',
        'message.succeeded',
      ])
      expect(textOf(events)).toBe('Noon')
      expect((events.at(-1)?.event as MessageEvent).data.response).toBe('Noon.')
    }
  })

  it('can be taken up after any event', async () => {
    const node = await rig.node('node-1')
    const { id } = await rig.send()
    const ref = await node.takeTurn()
    for (const [at, letter] of ['a', 'n', 's', 'w', 'e', 'r'].entries()) node.delta(ref, at, letter)
    node.result(ref, { text: 'answer' })
    await node.next('result_ack')
    const whole = await all(follow(id))
    for (const { n } of whole) {
      expect(await all(follow(id, n))).toEqual(whole.filter((later) => later.n > n))
    }
  })

  it('gives a slow reader merged deltas', async () => {
    const node = await rig.node('node-1')
    const { id } = await rig.send()
    const reader = follow(id)[Symbol.asyncIterator]()
    await reader.next()
    const ref = await node.takeTurn()
    await rig.inState(id, 'running')
    for (let at = 0; at < 1_000; at++) node.delta(ref, at * 3, 'abc')
    node.result(ref, { text: 'abc'.repeat(1_000) })
    await node.next('result_ack')
    const rest: NumberedEvent[] = []
    for (let next = await reader.next(); !next.done; next = await reader.next()) rest.push(next.value)
    expect(rest.filter(({ event }) => event.type === 'message.delta')).toHaveLength(1)
    expect(textOf(rest)).toBe('abc'.repeat(1_000))
  })

  it('ends when the message is interrupted', async () => {
    const node = await rig.node('node-1')
    const { id } = await rig.send()
    await node.takeTurn()
    await rig.inState(id, 'running')
    const events = all(follow(id))
    node.cut()
    await rig.clock.advance(60_000)
    expect((await events).at(-1)?.event.type).toBe('message.interrupted')
  })

  it('ends when the reader leaves, and when the coordinator stops', async () => {
    await rig.node('node-1')
    const { id } = await rig.send()
    const leaves = new AbortController()
    const left = all(rig.services.messages.follow(id, { signal: leaves.signal }))
    const stopped = all(follow(id))
    await rig.settle()
    leaves.abort()
    expect((await left).length).toBeGreaterThan(0)
    await rig.restart()
    expect((await stopped).length).toBeGreaterThan(0)
  })

  it('after a restart begins with the message as it is, and starts over for numbers from before', async () => {
    const node = await rig.node('node-1')
    const { id } = await rig.send()
    const ref = await node.takeTurn()
    await rig.inState(id, 'running')
    await rig.restart()
    const events = all(follow(id, 77))
    const second = all(follow(id))
    const back = await rig.node('node-1', { begun: [ref] })
    await rig.settle()
    back.result(ref, { text: 'Done.' })
    for (const seen of [await events, await second])
      expect(seen.map(({ event }) => event.type)).toEqual(['message.running', 'message.succeeded'])
  })

  it('of an ended message that was forgotten tells its end with the whole answer, from the store', async () => {
    const node = await rig.node('node-1')
    const { id } = await rig.send()
    await node.answer('Done.')
    await rig.restart()
    const [only, ...others] = await all(follow(id, 12))
    expect(others).toEqual([])
    expect(only).toMatchObject({ n: 13, event: { type: 'message.succeeded', data: { response: 'Done.' } } })
  })

  it('throws message_not_found for what was never sent', async () => {
    await expect(all(follow('msg-none'))).rejects.toMatchObject({ code: 'message_not_found' })
    await expect(all(follow('msg-none'))).rejects.toMatchObject({ code: 'message_not_found' })
  })
})

it('keeps few streams of ended messages, and no more text than allowed', async () => {
  const asked: string[] = []
  const messages = new Map<string, Message>()
  const store = {
    get: async (id: string) => {
      asked.push(id)
      return messages.get(id)
    },
  }
  const hub = new StreamHub({ store, seq: () => 1, kept: { streams: 3, chars: 100 } })
  const tell = (message: Message): void => {
    messages.set(message.id, message)
    const type = `message.${message.state}` as const
    hub.event({ seq: 1, at: message.updated_at, type, data: { message: summarise(message) } }, message)
  }
  const ended = (id: string, response: string): void => {
    tell(aMessage({ id }))
    tell(aMessage({ id, state: 'succeeded', response }))
  }
  for (const id of ['a', 'b', 'c', 'd']) ended(id, 'short')
  for (const id of ['a', 'b', 'd']) await all(hub.follow(id, { signal: never }))
  expect(asked).toEqual(['a'])
  ended('long', 'x'.repeat(96))
  for (const id of ['b', 'c', 'd', 'long']) await all(hub.follow(id, { signal: never }))
  expect(asked).toEqual(['a', 'b', 'c', 'd'])
})
