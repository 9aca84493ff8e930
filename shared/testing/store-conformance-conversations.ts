/** The part of the store's conformance that is about conversations: pins, transcripts, who sees what. */
import { describe, expect, it } from 'vitest'
import type { Message } from '../contract/message.ts'
import type { Store } from '../core/storage/store.ts'
import type { FakeClock } from './fake-clock.ts'
import { neverBegan, offer, result, start, take } from './store-conformance-steps.ts'

interface Given {
  readonly store: Store
  readonly clock: FakeClock
  readonly enqueue: (...messages: Partial<Message>[]) => Promise<unknown>
}

const conversation = 'chat'
const ids = (messages: readonly { readonly id: string }[]): string[] => messages.map(({ id }) => id)

export function describeConversations(given: () => Given): void {
  const pinOf = async (store: Store) => (await store.conversation('tester', conversation))?.node_id

  describe('conversations', () => {
    it('begins with its first message, without a pin; a message without one makes none', async () => {
      const { store, enqueue } = given()
      await enqueue({ id: 'a', conversation }, { id: 'b' })
      const { messages, ...row } = (await store.conversationWithMessages(conversation)) ?? { messages: [] }
      expect(row).toMatchObject({ id: conversation, sender: 'tester', node_id: null })
      expect(ids(messages)).toEqual(['a'])
      expect(await store.conversationWithMessages('another')).toBeUndefined()
    })

    it('is pinned by the commit of start, not before', async () => {
      const { store, enqueue } = given()
      await enqueue({ id: 'a', conversation })
      await store.transition('a', offer('node-2', 'miss'))
      expect(await pinOf(store)).toBeNull()
      await store.transition('a', start(1))
      expect(await pinOf(store)).toBe('node-2')
    })

    it('loses the pin again when the attempt that wrote it never began', async () => {
      const { store, enqueue } = given()
      await enqueue({ id: 'a', conversation })
      await store.transition('a', offer('node-2', 'miss'))
      await store.transition('a', start(1))
      await store.transition('a', neverBegan(1))
      expect(await pinOf(store)).toBeNull()
    })

    it('keeps a pin that another attempt wrote, when one that found it there never began', async () => {
      const { store, enqueue } = given()
      await enqueue({ id: 'a', conversation }, { id: 'b', conversation })
      await take(store, 'a', 'node-2', 'miss')
      await store.transition('a', result(1, {}))
      // `miss` makes the machine ask for the unpin; the store alone knows whose pin it is.
      await store.transition('b', offer('node-2', 'miss'))
      await store.transition('b', start(1))
      await store.transition('b', neverBegan(1))
      expect(await pinOf(store)).toBe('node-2')
    })

    it('moves the pin with a turn that moves', async () => {
      const { store, enqueue } = given()
      await enqueue({ id: 'a', conversation }, { id: 'b', conversation })
      await take(store, 'a', 'node-1', 'miss')
      await store.transition('a', result(1, {}))
      await take(store, 'b', 'node-2', 'repin')
      expect(await pinOf(store)).toBe('node-2')
    })

    it('keeps those of different senders apart, and shows the latest when none is named', async () => {
      const { store, clock, enqueue } = given()
      await enqueue({ id: 'a', conversation, sender: 'ann' })
      await clock.advance(1_000)
      await enqueue({ id: 'b', conversation, sender: 'bob' })
      expect(await store.conversationWithMessages(conversation)).toMatchObject({
        sender: 'bob',
        messages: [{ id: 'b' }],
      })
      expect(await store.conversationWithMessages(conversation, 'ann')).toMatchObject({ messages: [{ id: 'a' }] })
      await clock.advance(1_000)
      await store.transition('a', { type: 'cancel' })
      expect(await store.conversationWithMessages(conversation)).toMatchObject({ sender: 'ann' })
    })

    it('hands over the newest whole turns, oldest first', async () => {
      const { store, enqueue } = given()
      await enqueue(...['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, conversation, content: `question ${id}` })))
      await enqueue({ id: 'other', conversation, sender: 'somebody else' })
      for (const id of ['a', 'b', 'd', 'other']) {
        await take(store, id)
        await store.transition(id, result(1, { text: `answer ${id}` }))
      }
      await store.transition('c', { type: 'cancel' })
      const turns = await store.transcript('tester', conversation, 2)
      expect(turns.map(({ content, response }) => [content, response])).toEqual([
        ['question b', 'answer b'],
        ['question d', 'answer d'],
      ])
      expect(ids(await store.transcript('tester', conversation, 9))).toEqual(['a', 'b', 'd'])
    })

    it('is forgotten when all its messages are', async () => {
      const { store, clock, enqueue } = given()
      await enqueue({ id: 'a', conversation }, { id: 'b', conversation: 'alive' })
      await store.transition('a', { type: 'cancel' })
      await clock.advance(1_000)
      await store.prune(new Date(clock.now()).toISOString())
      expect(await store.conversation('tester', conversation)).toBeUndefined()
      expect(await store.conversation('tester', 'alive')).toBeDefined()
    })
  })
}
