/** What any store of the coordinator must do, whatever it runs on. A store's own test file calls `describeStore`. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MeshError } from '../contract/error.ts'
import { maxAnswerChars } from '../contract/limits.ts'
import type { Message } from '../contract/message.ts'
import type { Change, Store, StoredNode, StoredToken } from '../core/storage/store.ts'
import { aMessage, aNode } from './builders.ts'
import type { FakeClock } from './fake-clock.ts'
import { describeConversations } from './store-conformance-conversations.ts'
import { began, failed, offer, result, start, take } from './store-conformance-steps.ts'

export interface StoreFixture {
  readonly store: Store
  readonly clock: FakeClock
  /** Closes the store and opens it again, as the next start of the coordinator would. */
  reopen(): Promise<Store>
  /** Closes the store and takes away what it left. */
  dispose(): Promise<void>
}

const origin = (key: string, digest = 'digest', token_hash = 'token') => ({ token_hash, key, digest })
const ids = (messages: readonly { readonly id: string }[]): string[] => messages.map(({ id }) => id)

export function describeStore(name: string, open: () => Promise<StoreFixture>): void {
  describe(name, () => {
    let fixture: StoreFixture
    let store: Store
    let clock: FakeClock
    beforeEach(async () => {
      fixture = await open()
      ;({ store, clock } = fixture)
    })
    afterEach(() => fixture.dispose())

    /** A message that comes now. */
    const arriving = (overrides: Partial<Message>): Message => {
      const at = new Date(clock.now()).toISOString()
      return aMessage({ created_at: at, updated_at: at, ...overrides })
    }
    const enqueue = (...messages: Partial<Message>[]) =>
      Promise.all(messages.map((message) => store.enqueue(arriving(message))))

    describe('durability', () => {
      it('knows after a reopen everything it knew before', async () => {
        const { id, name: nodeName, capabilities, gateway, version, registered_at, last_heartbeat } = aNode()
        const node: StoredNode = { id, name: nodeName, capabilities, gateway, version, registered_at, last_heartbeat }
        const token: StoredToken = { hash: 'h', scope: 'node', node_id: id, sender: 'x', created_at: registered_at }
        await Promise.all([store.putNode(node), store.putToken(token)])
        await enqueue({ id: 'a', conversation: 'chat', context: [{ role: 'user', text: 'earlier' }] }, { id: 'b' })
        await take(store, 'a')
        const before = await store.get('a')
        const again = await fixture.reopen()
        expect(await again.get('a')).toEqual(before)
        expect(ids(await again.queued())).toEqual(['b'])
        expect(await again.nodes()).toEqual([node])
        expect(await again.tokens()).toEqual([token])
        expect(await again.conversation('tester', 'chat')).toMatchObject({ node_id: 'node-1' })
      })

      it('writes what was asked for before close, and takes nothing after it', async () => {
        const asked = enqueue({ id: 'a' })
        const closing = store.close()
        await expect(store.enqueue(arriving({ id: 'b' }))).rejects.toMatchObject({ code: 'store_failed' })
        await Promise.all([asked, closing])
        expect(ids(await (await fixture.reopen()).queued())).toEqual(['a'])
      })
    })

    describe('idempotency', () => {
      it('attaches a repeat to the message that stands for it, while it runs and for a day after its end', async () => {
        await store.enqueue(arriving({ id: 'a' }), origin('key'))
        const repeat = (id: string) => store.enqueue(arriving({ id }), origin('key'))
        expect(await repeat('b')).toMatchObject({ created: false, message: { id: 'a', state: 'queued' } })
        await take(store, 'a')
        await clock.advance(48 * 3_600_000)
        await store.transition('a', result(1, { text: 'done' }))
        await clock.advance(24 * 3_600_000 - 1)
        expect(await repeat('c')).toMatchObject({ created: false, message: { id: 'a', response: 'done' } })
        await clock.advance(1)
        expect(await repeat('d')).toMatchObject({ created: true, message: { id: 'd' } })
        expect(await repeat('e')).toMatchObject({ created: false, message: { id: 'd' } })
      })

      it('refuses another request under a used key, says what to do, and keeps nothing of it', async () => {
        await store.enqueue(arriving({ id: 'a' }), origin('key'))
        const refusal = await store
          .enqueue(arriving({ id: 'b' }), origin('key', 'other'))
          .catch((error: unknown) => error)
        expect(refusal).toBeInstanceOf(MeshError)
        expect(refusal).toMatchObject({ code: 'idempotency_conflict', hint: expect.any(String) })
        expect(await store.get('b')).toBeUndefined()
      })

      it('keeps the keys of different tokens apart', async () => {
        await store.enqueue(arriving({ id: 'a' }), origin('key'))
        const other = await store.enqueue(arriving({ id: 'b' }), origin('key', 'other', 'another token'))
        expect(other.created).toBe(true)
      })

      it('makes one message of equal requests that come at once', async () => {
        const asked = ['a', 'b', 'c'].map((id) => store.enqueue(arriving({ id }), origin('key')))
        const answers = await Promise.all(asked)
        expect(answers.map(({ message, created }) => [message.id, created])).toEqual([
          ['a', true],
          ['a', false],
          ['a', false],
        ])
      })

      it('finds a recent equal request of the same token that came without a key', async () => {
        await store.enqueue(arriving({ id: 'a' }), origin(''))
        expect((await store.enqueue(arriving({ id: 'b' }), origin('', 'other'))).created).toBe(true)
        await clock.advance(600_000)
        expect(await store.recentDuplicate('token', 'digest', 600)).toMatchObject({ id: 'a' })
        expect(await store.recentDuplicate('another token', 'digest', 600)).toBeUndefined()
        await clock.advance(1)
        expect(await store.recentDuplicate('token', 'digest', 600)).toBeUndefined()
      })
    })

    describe('transitions', () => {
      it('lets the first end win when two come at once, and answers the other with what stands', async () => {
        await enqueue({ id: 'a' })
        await take(store, 'a')
        const [first, second] = await Promise.all([
          store.transition('a', result(1, { text: 'first' })),
          store.transition('a', failed(1)),
        ])
        expect(first).toMatchObject({ applied: true, message: { state: 'succeeded' } })
        expect(second).toMatchObject({ applied: false, message: { state: 'succeeded', response: 'first' } })
        expect(second.why).toEqual(expect.any(String))
        expect(await store.get('a')).toEqual(first.message)
      })

      it('says that a repeat changed nothing, and tells nobody of it', async () => {
        await enqueue({ id: 'a' })
        await store.transition('a', offer())
        await store.transition('a', start(1))
        const told: Change[] = []
        store.watch((change) => told.push(change))
        expect(await store.transition('a', start(1))).toMatchObject({ applied: false, why: expect.any(String) })
        expect(told).toEqual([])
      })

      it('names a message that is not there', async () => {
        await expect(store.transition('nobody', start(1))).rejects.toMatchObject({ code: 'message_not_found' })
        expect(await store.get('nobody')).toBeUndefined()
      })

      it('undoes only the write that failed when others share its commit', async () => {
        await store.enqueue(arriving({ id: 'a' }), origin('key'))
        const outcomes = await Promise.allSettled([
          store.enqueue(arriving({ id: 'b' })),
          store.enqueue(arriving({ id: 'c' }), origin('key', 'other')),
          store.transition('nobody', start(1)),
          store.enqueue(arriving({ id: 'b' })),
          store.transition('b', offer()),
        ])
        const expected = ['fulfilled', 'rejected', 'rejected', 'rejected', 'fulfilled']
        expect(outcomes.map(({ status }) => status)).toEqual(expected)
        expect(ids(await store.queued())).toEqual(['a'])
        expect(await store.get('b')).toMatchObject({ state: 'offered' })
      })

      it('keeps apart what many callers do at once', async () => {
        const names = Array.from({ length: 300 }, (_, n) => `m${n}`)
        await Promise.all(
          names.map(async (id, n) => {
            await store.enqueue(arriving({ id, content: `question ${n}` }))
            await take(store, id)
            await store.transition(id, n % 3 === 0 ? { type: 'cancel' } : result(1, { text: `answer ${n}` }))
          }),
        )
        for (const [n, id] of names.entries()) {
          const message = await store.get(id)
          expect(message?.content).toBe(`question ${n}`)
          expect(message?.response).toBe(n % 3 === 0 ? undefined : `answer ${n}`)
        }
        expect((await store.unsettled()).length).toBe(100)
      })
    })

    describe('texts', () => {
      it('gives back an answer of the largest size whole, and the content beside it', async () => {
        const content = 'c'.repeat(1024 * 1024)
        await enqueue({ id: 'a', content })
        await take(store, 'a')
        const text = `${'a'.repeat(maxAnswerChars - 1)}答`
        await store.transition('a', result(1, { text }))
        const message = await (await fixture.reopen()).get('a')
        expect(message?.response === text && message.content === content).toBe(true)
      })

      it('gives back every character of every script', async () => {
        const text = 'née 你好 👩‍👩‍👧 \u0000 \u202E "quoted" \\ \r\n \u{10FFFF} \uFFFF'
        await enqueue({ id: 'a', content: text, sender: text, context: [{ role: 'assistant', text }] })
        await take(store, 'a')
        await store.transition('a', result(1, { text }))
        const message = await (await fixture.reopen()).get('a')
        expect(message).toMatchObject({ content: text, sender: text, response: text })
        expect(message?.context).toEqual([{ role: 'assistant', text }])
      })
    })

    describe('queue and lists', () => {
      it('serves by priority, then by age; what comes back keeps its place', async () => {
        await enqueue({ id: 'a' }, { id: 'b', priority: 5 }, { id: 'c', priority: 1 }, { id: 'd' })
        expect(ids(await store.queued())).toEqual(['c', 'a', 'd', 'b'])
        await store.transition('a', offer())
        expect(ids(await store.queued())).toEqual(['c', 'd', 'b'])
        await store.transition('a', { type: 'refused', attempt: 1, error: { code: 'draining', message: 'no' } })
        expect(ids(await store.queued())).toEqual(['c', 'a', 'd', 'b'])
      })

      it('tells what is with a node or lost there as unsettled', async () => {
        await enqueue({ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' }, { id: 'e' })
        await store.transition('b', offer())
        await Promise.all(['c', 'd', 'e'].map((id) => take(store, id)))
        const lost = { code: 'message_interrupted', message: 'gone' } as const
        await store.transition('c', { type: 'interrupt', attempt: 1, error: lost })
        await store.transition('d', result(1, {}))
        expect(ids(await store.unsettled())).toEqual(['b', 'c', 'e'])
      })

      it('pages newest first, each message once, while others come in', async () => {
        await enqueue(...Array.from({ length: 5 }, (_, n) => ({ id: `m${n}` })))
        const first = await store.list({ limit: 2 })
        expect(ids(first.messages)).toEqual(['m4', 'm3'])
        await enqueue({ id: 'new' })
        const second = await store.list({ limit: 2, cursor: first.next_cursor ?? '' })
        expect(ids(second.messages)).toEqual(['m2', 'm1'])
        const third = await store.list({ limit: 2, cursor: second.next_cursor ?? '' })
        expect(ids(third.messages)).toEqual(['m0'])
        expect(third.next_cursor).toBeNull()
      })

      it('filters by state, node and conversation together', async () => {
        await enqueue({ id: 'a', conversation: 'x' }, { id: 'b', conversation: 'x' }, { id: 'c' }, { id: 'd' })
        await take(store, 'a')
        await take(store, 'c', 'node-2')
        expect(ids((await store.list({ limit: 9, state: 'running' })).messages)).toEqual(['c', 'a'])
        expect(ids((await store.list({ limit: 9, node_id: 'node-2' })).messages)).toEqual(['c'])
        expect(ids((await store.list({ limit: 9, conversation: 'x' })).messages)).toEqual(['b', 'a'])
        const both = await store.list({ limit: 9, conversation: 'x', state: 'running', node_id: 'node-1' })
        expect(ids(both.messages)).toEqual(['a'])
        expect(both.next_cursor).toBeNull()
      })

      it('lists a message as it stands now, its texts cut', async () => {
        await enqueue({ id: 'a', content: 'q'.repeat(1_000) })
        await take(store, 'a')
        await store.transition('a', result(1, { text: 'r'.repeat(1_000) }))
        const [line] = (await store.list({ limit: 1 })).messages
        expect(line).toMatchObject({ state: 'succeeded', node_id: 'node-1', reason: expect.any(String) })
        expect(line?.excerpt.length).toBeLessThan(300)
        expect(line?.response_excerpt?.length).toBeLessThan(300)
      })

      it('names the field when a cursor is not one of its own', async () => {
        const wrong = store.list({ limit: 1, cursor: "1' OR 1" })
        await expect(wrong).rejects.toMatchObject({ code: 'invalid_input', details: { field: 'cursor' } })
      })

      it('counts what waits, what runs, what ended within a day, and what came in each minute', async () => {
        await clock.advance(30_000)
        await enqueue({ id: 'a' }, { id: 'b' }, { id: 'c' })
        await clock.advance(2 * 60_000)
        await enqueue({ id: 'd' }, { id: 'e' })
        await Promise.all(['a', 'b', 'c'].map((id) => take(store, id)))
        await store.transition('a', result(1, {}))
        await store.transition('b', failed(1))
        const now = await store.counts()
        expect(now).toMatchObject({ queued: 2, running: 1, succeeded_24h: 1, failed_24h: 1 })
        expect(now.per_minute).toEqual([...new Array<number>(57).fill(0), 3, 0, 2])
        await clock.advance(24 * 3_600_000)
        const nextDay = await store.counts()
        expect(nextDay).toMatchObject({ queued: 2, running: 1, succeeded_24h: 0, failed_24h: 0 })
        expect(nextDay.per_minute).toEqual(new Array<number>(60).fill(0))
      })
    })

    describe('watching', () => {
      it('tells every change once, in the order of commits, when it can already be read', async () => {
        const told: string[] = []
        const readable: Promise<unknown>[] = []
        store.watch(({ message, previous, cause }) => {
          told.push(`${message.id} ${previous ?? 'new'} -${cause ?? ''}-> ${message.state}`)
          readable.push(store.get(message.id).then((stored) => expect(stored).toBeDefined()))
        })
        await Promise.all([...['a', 'b'].map((id) => store.enqueue(arriving({ id }))), store.transition('a', offer())])
        await store.transition('a', start(1))
        await Promise.all([store.transition('a', began(1)), store.transition('b', { type: 'cancel' })])
        expect(told).toEqual([
          'a new --> queued',
          'b new --> queued',
          'a queued -offer-> offered',
          'a offered -start-> started',
          'a started -began-> running',
          'b queued -cancel-> cancelled',
        ])
        await Promise.all(readable)
      })

      it('tells before the write resolves, nothing of what failed or was there before, nothing after unsubscribe', async () => {
        const told: string[] = []
        const stop = store.watch(({ message }) => told.push(message.id))
        await store.enqueue(arriving({ id: 'a' }), origin('key')).then(() => expect(told).toEqual(['a']))
        await store.enqueue(arriving({ id: 'b' }), origin('key'))
        await store.enqueue(arriving({ id: 'c' }), origin('key', 'other')).catch(() => undefined)
        stop()
        await enqueue({ id: 'd' })
        expect(told).toEqual(['a'])
      })

      it('goes on when a listener throws', async () => {
        const told: string[] = []
        store.watch(() => {
          throw new Error('a fault of the listener')
        })
        store.watch(({ message }) => told.push(message.id))
        await enqueue({ id: 'a' }, { id: 'b' })
        expect(told).toEqual(['a', 'b'])
      })
    })

    describe('nodes and tokens', () => {
      it('replaces a node, and takes its tokens along when it goes', async () => {
        const { id, capabilities, gateway, version, registered_at, last_heartbeat } = aNode()
        const node: StoredNode = { id, name: 'one', capabilities, gateway, version, registered_at, last_heartbeat }
        await store.putNode(node)
        await store.putNode({ ...node, name: 'renamed' })
        await store.putNode({ ...node, id: 'node-2', name: 'two' })
        const token = (hash: string, node_id?: string): StoredToken => ({
          hash,
          scope: node_id === undefined ? 'operator' : 'node',
          ...(node_id === undefined ? {} : { node_id }),
          sender: 's',
          created_at: registered_at,
        })
        for (const each of [token('1', id), token('2', 'node-2'), token('3'), token('4')]) await store.putToken(each)
        expect((await store.nodes()).map((each) => each.name)).toEqual(['renamed', 'two'])
        await store.removeNode(id)
        await store.removeToken('4')
        expect((await store.nodes()).map((each) => each.name)).toEqual(['two'])
        expect(await store.tokens()).toEqual([token('2', 'node-2'), token('3')])
      })
    })

    describe('prune', () => {
      it('forgets what ended before the time, in whatever number, and nothing else', async () => {
        const old = Array.from({ length: 450 }, (_, n) => `old${n}`)
        await enqueue(...old.map((id) => ({ id })), { id: 'running' }, { id: 'waiting' }, { id: 'recent' })
        await store.enqueue(arriving({ id: 'keyed' }), origin('key'))
        await Promise.all(['running', 'recent'].map((id) => take(store, id)))
        await Promise.all([...old, 'keyed'].map((id) => store.transition(id, { type: 'cancel' })))
        await clock.advance(1_000)
        const border = new Date(clock.now()).toISOString()
        await store.transition('recent', result(1, {}))
        expect(await store.prune(border)).toBe(451)
        expect(ids((await store.list({ limit: 9 })).messages)).toEqual(['recent', 'waiting', 'running'])
        expect(await store.enqueue(arriving({ id: 'again' }), origin('key', 'other'))).toMatchObject({ created: true })
        expect(await store.prune(border)).toBe(0)
      })
    })

    describeConversations(() => ({ store, clock, enqueue }))
  })
}
