import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '../../contract/message.ts'
import { aMessage } from '../../testing/builders.ts'
import { conversationKey, serviceOrder } from './order.ts'

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString()
/** `ann3`: a message of ann, made in second 3. */
const message = (id: string, overrides: Partial<Message> = {}): Message =>
  aMessage({ id, sender: id.replace(/\d+$/, ''), created_at: at(Number(/\d+$/.exec(id)?.[0])), ...overrides })
const ids = (places: readonly { message: Message; blocked: boolean }[]): string[] =>
  places.map(({ message: { id }, blocked }) => (blocked ? `${id}!` : id))
const idle: ReadonlySet<string> = new Set()

describe('the order of service', () => {
  it('is age, for one sender, however they are listed', () => {
    expect(ids(serviceOrder([message('ann3'), message('ann1'), message('ann2')], idle))).toEqual([
      'ann1',
      'ann2',
      'ann3',
    ])
  })

  it('puts a higher priority first', () => {
    const queued = [message('ann1'), message('bob2', { priority: 1 }), message('ann3', { priority: 2 })]
    expect(ids(serviceOrder(queued, idle))).toEqual(['bob2', 'ann3', 'ann1'])
  })

  it('lets senders take turns, so that one who sends a lot does not hold up the others', () => {
    const queued = ['ann1', 'ann2', 'ann3', 'bob4', 'cid5', 'bob6'].map((id) => message(id))
    expect(ids(serviceOrder(queued, idle))).toEqual(['ann1', 'bob4', 'cid5', 'ann2', 'bob6', 'ann3'])
  })

  it('remembers whose turn it was, when messages are taken one at a time', () => {
    const queued = ['ann1', 'ann2', 'ann3', 'ann4', 'bob5', 'bob6'].map((id) => message(id))
    const lastServed = new Map<string, string>()
    const served: string[] = []
    while (served.length < 6) {
      const waiting = queued.filter(({ id }) => !served.includes(id))
      const [next] = serviceOrder(waiting, idle, lastServed)
      served.push(next!.message.id)
      lastServed.set(next!.message.sender, at(100 + served.length))
    }
    expect(served).toEqual(['ann1', 'bob5', 'ann2', 'bob6', 'ann3', 'ann4'])
  })

  it('keeps every message exactly once', () => {
    const queued = fc.array(
      fc.record({
        sender: fc.constantFrom('ann', 'bob'),
        second: fc.nat(9),
        priority: fc.integer({ min: 1, max: 5 }),
        conversation: fc.constantFrom(undefined, 'a', 'b'),
      }),
    )
    fc.assert(
      fc.property(queued, fc.boolean(), (list, busy) => {
        const messages = list.map(({ sender, second, priority, conversation }, index) =>
          aMessage({
            ...{ id: `msg-${index}`, sender, created_at: at(second), priority },
            ...(conversation === undefined ? {} : { conversation }),
          }),
        )
        const places = serviceOrder(messages, new Set(busy ? [conversationKey('ann', 'a')] : []))
        expect(places.map((place) => place.message.id).sort()).toEqual(messages.map(({ id }) => id).sort())
        const priorities = places.map((place) => place.message.priority)
        expect(priorities).toEqual([...priorities].sort((a, b) => a - b))
        // At most one message of a conversation may go at a time, none of a busy one.
        const free = places.filter((place) => !place.blocked && place.message.conversation !== undefined)
        const keys = free.map((place) => conversationKey(place.message.sender, place.message.conversation!))
        expect(new Set(keys).size).toBe(keys.length)
        if (busy) expect(keys).not.toContain(conversationKey('ann', 'a'))
      }),
    )
  })
})

describe('a conversation', () => {
  it('goes one message at a time, the oldest first, even past a higher priority', () => {
    const queued = [message('ann1', { conversation: 'c' }), message('ann2', { conversation: 'c', priority: 1 })]
    expect(ids(serviceOrder(queued, idle))).toEqual(['ann2!', 'ann1'])
  })

  it('waits while a message of it is with a node', () => {
    const queued = [message('ann1', { conversation: 'c' }), message('ann2')]
    expect(ids(serviceOrder(queued, new Set([conversationKey('ann', 'c')])))).toEqual(['ann2', 'ann1!'])
  })

  it('of one sender does not hold up another’s of the same name', () => {
    const queued = [message('ann1', { conversation: 'c' }), message('bob2', { conversation: 'c' })]
    expect(ids(serviceOrder(queued, new Set([conversationKey('ann', 'c')])))).toEqual(['ann1!', 'bob2'])
  })

  it('is told apart by sender and name, not by the two run together', () => {
    expect(conversationKey('a"', 'b')).not.toBe(conversationKey('a', '"b'))
    expect(conversationKey('ab', 'c')).not.toBe(conversationKey('a', 'bc'))
  })

  it('that is blocked does not use up its sender’s turns', () => {
    const queued = [message('ann1', { conversation: 'c' }), message('ann2'), message('bob3')]
    expect(ids(serviceOrder(queued, new Set([conversationKey('ann', 'c')])))).toEqual(['ann2', 'bob3', 'ann1!'])
  })
})
