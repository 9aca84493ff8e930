/** Makes the stores of one page and lets them follow the coordinator while somebody is signed in. */
import type { NodeEvent } from '../../shared/contract/event.ts'
import { createClient } from '../../shared/contract/procedure.ts'
import type { Procedures } from '../../shared/contract/procedures.ts'
import type { WindowClock } from '../client/clock.ts'
import type { DesktopClient } from '../client/desktop-client.ts'
import { LiveFeed } from '../client/live-feed.ts'
import type { FeedEvent, MeshTransport } from '../client/transport.ts'
import type { Vault } from '../client/vault.ts'
import { type ConnectionStore, createConnectionStore, nextConnection } from './connection.ts'
import { createDecisionsStore, type DecisionsStore } from './decisions.ts'
import { createDesktopStore, type DesktopStore } from './desktop.ts'
import { createMessagesStore, type MessagesStore } from './messages.ts'
import { createNodesStore, type NodesStore } from './nodes.ts'
import { createPreferencesStore, type PreferencesDeps, type PreferencesStore } from './preferences.ts'
import { navigate } from './route.ts'
import { createSessionStore, type SessionStore } from './session.ts'

export interface Stores {
  readonly session: SessionStore
  readonly connection: ConnectionStore
  readonly nodes: NodesStore
  readonly messages: MessagesStore
  readonly decisions: DecisionsStore
  readonly preferences: PreferencesStore
  readonly desktop: DesktopStore
}

export interface StoresDeps {
  readonly transport: MeshTransport
  readonly clock: WindowClock
  readonly random: () => number
  readonly newId: () => string
  readonly vault: Vault
  readonly preferences: PreferencesDeps
  /** Given in the desktop app only. Nobody signs in there: the app holds the token, and `vault` is not used. */
  readonly desktop?: DesktopClient | undefined
}

export interface Page extends Stores {
  /** Follows the coordinator while there is one that this page may ask, until the returned stop. */
  readonly start: () => () => void
}

export function createStores(deps: StoresDeps): Page {
  const { transport, clock } = deps
  const client = createClient<Procedures>(transport.call)
  const session = createSessionStore({ client, vault: deps.desktop ? appHoldsIt : deps.vault })
  const desktop = createDesktopStore(deps.desktop)
  const connection = createConnectionStore({ retryNow: () => feed.retryNow() })
  const nodes = createNodesStore({ client })
  const messages = createMessagesStore({ client, clock, newId: deps.newId, watch: (id) => feed.watch(id) })
  const decisions = createDecisionsStore({ client })
  const preferences = createPreferencesStore(deps.preferences)
  const feed = new LiveFeed({
    transport,
    clock,
    random: deps.random,
    onState: (state) => connection.setState((before) => nextConnection(before, state, clock.now())),
    onEvent: (event) => deliver(event, { nodes, messages, decisions }),
    onOpen: (resumed) => {
      void session.getState().identify()
      if (resumed) return void messages.getState().refreshOpen()
      void nodes.getState().load()
      void messages.getState().load()
      void decisions.getState().load()
    },
  })
  const stop = (): void => {
    feed.stop()
    nodes.getState().clear()
    messages.getState().clear()
    decisions.getState().clear()
  }
  return {
    ...{ session, connection, nodes, messages, decisions, preferences, desktop },
    start() {
      let following: string | undefined
      const follow = (): void => {
        const next = coordinatorOf(session, desktop)
        if (next === following) return
        if (following !== undefined) stop()
        following = next
        if (next !== undefined) feed.start()
      }
      const ends = [
        desktop
          .getState()
          .start(({ view, node_id }) => navigate({ page: view === 'join' ? 'settings' : view, nodeId: node_id })),
        session.subscribe(follow),
        desktop.subscribe(follow),
        // In the app the settings file decides, for the tray and the window alike.
        desktop.subscribe(({ settings }, before) => {
          const language = settings?.language ?? 'system'
          if (language !== 'system' && settings !== before.settings) preferences.getState().setLanguage(language)
        }),
      ]
      follow()
      return () => {
        for (const end of ends) end()
        stop()
      }
    },
  }
}

/** Which coordinator to follow: the page's own once somebody is signed in; in the app the one it works on, if any. */
function coordinatorOf(session: SessionStore, desktop: DesktopStore): string | undefined {
  const { present, state } = desktop.getState()
  if (present) return state?.window?.coordinator_url
  return session.getState().phase === 'signed_in' ? 'own' : undefined
}

const appHoldsIt: Vault = { read: () => 'held by the app', write: () => undefined }

function deliver(event: FeedEvent, { nodes, messages, decisions }: Pick<Stores, 'nodes' | 'messages' | 'decisions'>) {
  if (isNodeEvent(event)) {
    nodes.getState().apply(event)
    return
  }
  messages.getState().apply(event)
  if (event.type !== 'message.delta' && event.type !== 'message.tool') decisions.getState().apply(event)
}

const isNodeEvent = (event: FeedEvent): event is NodeEvent => event.type.startsWith('node.')
