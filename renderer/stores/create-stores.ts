/** Makes the stores of one page and lets them follow the coordinator while somebody is signed in. */
import type { NodeEvent } from '../../shared/contract/event.ts'
import { createClient } from '../../shared/contract/procedure.ts'
import type { Procedures } from '../../shared/contract/procedures.ts'
import type { WindowClock } from '../client/clock.ts'
import { LiveFeed } from '../client/live-feed.ts'
import type { FeedEvent, MeshTransport } from '../client/transport.ts'
import type { Vault } from '../client/vault.ts'
import { type ConnectionStore, createConnectionStore, nextConnection } from './connection.ts'
import { createMessagesStore, type MessagesStore } from './messages.ts'
import { createNodesStore, type NodesStore } from './nodes.ts'
import { createPreferencesStore, type PreferencesDeps, type PreferencesStore } from './preferences.ts'
import { createSessionStore, type SessionStore } from './session.ts'

export interface Stores {
  readonly session: SessionStore
  readonly connection: ConnectionStore
  readonly nodes: NodesStore
  readonly messages: MessagesStore
  readonly preferences: PreferencesStore
}

export interface StoresDeps {
  readonly transport: MeshTransport
  readonly clock: WindowClock
  readonly random: () => number
  readonly newId: () => string
  readonly vault: Vault
  readonly preferences: PreferencesDeps
}

export interface Page extends Stores {
  /** Follows the coordinator whenever somebody is signed in, until the returned stop. */
  readonly start: () => () => void
}

export function createStores(deps: StoresDeps): Page {
  const { transport, clock } = deps
  const client = createClient<Procedures>(transport.call)
  const session = createSessionStore({ client, vault: deps.vault })
  const connection = createConnectionStore({ retryNow: () => feed.retryNow() })
  const nodes = createNodesStore({ client })
  const messages = createMessagesStore({ client, clock, newId: deps.newId, watch: (id) => feed.watch(id) })
  const preferences = createPreferencesStore(deps.preferences)
  const feed = new LiveFeed({
    transport,
    clock,
    random: deps.random,
    onState: (state) => connection.setState((before) => nextConnection(before, state, clock.now())),
    onEvent: (event) => deliver(event, nodes, messages),
    onOpen: (resumed) => {
      if (resumed) return void messages.getState().refreshOpen()
      void nodes.getState().load()
      void messages.getState().load()
    },
  })
  const stop = (): void => {
    feed.stop()
    nodes.getState().clear()
    messages.getState().clear()
  }
  return {
    ...{ session, connection, nodes, messages, preferences },
    start() {
      const follow = (signedIn: boolean): void => (signedIn ? feed.start() : stop())
      follow(session.getState().phase === 'signed_in')
      const unsubscribe = session.subscribe((now, before) => {
        if (now.phase !== before.phase) follow(now.phase === 'signed_in')
      })
      return () => {
        unsubscribe()
        stop()
      }
    },
  }
}

function deliver(event: FeedEvent, nodes: NodesStore, messages: MessagesStore): void {
  if (isNodeEvent(event)) nodes.getState().apply(event)
  else messages.getState().apply(event)
}

const isNodeEvent = (event: FeedEvent): event is NodeEvent => event.type.startsWith('node.')
