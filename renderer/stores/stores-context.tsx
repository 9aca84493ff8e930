/** Hands the page's stores to components, each through its own hook that selects the least. */
import { createContext, type ReactNode, use } from 'react'
import { useStore } from 'zustand'
import type { ConnectionState } from './connection.ts'
import type { Stores } from './create-stores.ts'
import type { DecisionsState } from './decisions.ts'
import type { DesktopStoreState } from './desktop.ts'
import type { MessagesState } from './messages.ts'
import type { NodesState } from './nodes.ts'
import type { PreferencesState } from './preferences.ts'
import type { SessionState } from './session.ts'

const StoresContext = createContext<Stores | undefined>(undefined)

export const StoresProvider = ({ stores, children }: { readonly stores: Stores; readonly children: ReactNode }) => (
  <StoresContext value={stores}>{children}</StoresContext>
)

function useStores(): Stores {
  const stores = use(StoresContext)
  if (!stores) throw new Error('A component that shows the mesh stands outside StoresProvider.')
  return stores
}

export const useSession = <T,>(select: (state: SessionState) => T): T => useStore(useStores().session, select)
export const useConnection = <T,>(select: (state: ConnectionState) => T): T => useStore(useStores().connection, select)
export const useNodes = <T,>(select: (state: NodesState) => T): T => useStore(useStores().nodes, select)
export const useMessages = <T,>(select: (state: MessagesState) => T): T => useStore(useStores().messages, select)
export const useDecisions = <T,>(select: (state: DecisionsState) => T): T => useStore(useStores().decisions, select)
export const usePreferences = <T,>(select: (state: PreferencesState) => T): T =>
  useStore(useStores().preferences, select)
export const useDesktop = <T,>(select: (state: DesktopStoreState) => T): T => useStore(useStores().desktop, select)
