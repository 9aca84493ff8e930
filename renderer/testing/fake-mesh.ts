/** A hand-made coordinator for tests of the window: answers calls as told, and pushes what the test says. */
import type { DesktopClient } from '../client/desktop-client.ts'
import type { FeedEvent, FeedListener, FeedPosition, MeshTransport } from '../client/transport.ts'
import { MeshError } from '../../shared/contract/error.ts'
import type { MessageDelta, MessageEvent, NodeEvent } from '../../shared/contract/event.ts'
import type { Message } from '../../shared/contract/message.ts'
import type { MeshNode } from '../../shared/contract/node.ts'
import type { ProcedureName } from '../../shared/contract/procedures.ts'
import { type FakeClock, fakeClock } from '../../shared/testing/fake-clock.ts'
import { createStores, type Page } from '../stores/create-stores.ts'
import { lineOf } from '../stores/message-list.ts'
import type { Vault } from '../client/vault.ts'

export interface FakeFeed {
  readonly since: FeedPosition | undefined
  readonly listener: FeedListener
  readonly watched: Set<string>
  open: boolean
}

export interface FakeMesh {
  readonly transport: MeshTransport
  readonly calls: { readonly name: string; readonly input: Record<string, unknown> }[]
  readonly feeds: FakeFeed[]
  /** The newest connection. */
  readonly feed: FakeFeed
  readonly answer: (name: ProcedureName, answer: (input: Record<string, unknown>) => unknown) => void
  readonly called: (name: ProcedureName) => Record<string, unknown>[]
  readonly push: (event: FeedEvent) => void
}

export function fakeMesh(): FakeMesh {
  const answers = new Map<string, (input: Record<string, unknown>) => unknown>([
    ['nodes.list', () => []],
    ['messages.list', () => ({ messages: [], next_cursor: null })],
    ['session.login', () => ({ token: 'token-1', scope: 'admin', expires_in_s: 3_600 })],
    ['session.logout', () => undefined],
    ['session.whoami', () => ({ scope: 'admin', sender: 'admin', version: '0.1.0', boot_id: 'boot-1' })],
  ])
  const calls: FakeMesh['calls'] = []
  const feeds: FakeFeed[] = []
  const mesh: FakeMesh = {
    calls,
    feeds,
    get feed() {
      const feed = feeds.at(-1)
      if (!feed) throw new Error('No connection was opened yet.')
      return feed
    },
    transport: {
      async call(name, input) {
        calls.push({ name, input })
        const answer = answers.get(name)
        if (!answer) throw new Error(`The test has no answer for ${name}.`)
        return answer(input)
      },
      openFeed(since, listener) {
        const feed: FakeFeed = { since, listener, watched: new Set(), open: true }
        feeds.push(feed)
        return {
          watch: (id, on) => {
            if (on) feed.watched.add(id)
            else feed.watched.delete(id)
          },
          close: () => (feed.open = false),
        }
      },
    },
    answer: (name, answer) => void answers.set(name, answer),
    called: (name) => calls.filter((call) => call.name === name).map(({ input }) => input),
    push: (event) => mesh.feed.listener.event(event),
  }
  return mesh
}

export const unreachable = (): MeshError => new MeshError('coordinator_unreachable', 'It cannot be reached.')

export function memoryVault(value?: string): Vault {
  let kept = value
  return { read: () => kept, write: (next) => (kept = next) }
}

export interface FakePage {
  readonly page: Page
  readonly mesh: FakeMesh
  readonly clock: FakeClock
  readonly vault: Vault
  readonly stop: () => void
  /** Says hello on the newest connection and lets what follows happen. */
  readonly connect: () => Promise<void>
}

export interface FakePageOptions {
  readonly signedIn?: boolean
  readonly clock?: FakeClock
  readonly desktop?: DesktopClient | undefined
}

/** The stores of a page over a fake mesh; signed in unless told otherwise. */
export function fakePage(options: FakePageOptions = {}): FakePage {
  const { signedIn = true, clock = fakeClock(), desktop } = options
  const mesh = fakeMesh()
  const vault = memoryVault(signedIn ? 'token-1' : undefined)
  let ids = 0
  const page = createStores({
    transport: mesh.transport,
    clock,
    random: () => 1,
    newId: () => `key-${++ids}`,
    vault,
    preferences: { theme: memoryVault(), language: memoryVault(), preferred: ['en'] },
    desktop,
  })
  const stop = page.start()
  return {
    ...{ page, mesh, clock, vault, stop },
    async connect() {
      mesh.feed.listener.opened({ boot_id: 'boot-1', seq: 10 }, false)
      await clock.settle()
    },
  }
}

let seq = 100
const at = '2026-01-01T00:00:01.000Z'
export const nodeEvent = (type: NodeEvent['type'], node: MeshNode): NodeEvent => ({
  seq: ++seq,
  type,
  at,
  data: { node },
})
export const messageEvent = (message: Message): MessageEvent => ({
  seq: ++seq,
  type: `message.${message.state}`,
  at,
  data: { message: lineOf(message) },
})
export const delta = (messageId: string, offset: number, text: string, attempt = 1): MessageDelta => ({
  type: 'message.delta',
  at,
  data: { message_id: messageId, attempt, offset, text },
})
