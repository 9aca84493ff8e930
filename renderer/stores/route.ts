/** Which page is shown, kept in the address after `#`: the back button, links and bookmarks work by themselves. */
import { useSyncExternalStore } from 'react'

export const pages = ['nodes', 'messages', 'settings'] as const
export type PageName = (typeof pages)[number]

export interface Route {
  readonly page: PageName
  /** On `nodes`: whose details; on `messages`: whom to write to. */
  readonly nodeId?: string | undefined
}

export function parseRoute(hash: string): Route {
  const [name = '', id = ''] = hash.replace(/^#\/?/, '').split('/')
  const page = pages.find((each) => each === name) ?? 'nodes'
  const nodeId = page === 'settings' ? '' : decoded(id)
  return nodeId === '' ? { page } : { page, nodeId }
}

export const hrefOf = ({ page, nodeId }: Route): string =>
  nodeId === undefined ? `#/${page}` : `#/${page}/${encodeURIComponent(nodeId)}`

export const navigate = (route: Route): void => {
  location.hash = hrefOf(route)
}

export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribe, () => location.hash))
}

function subscribe(changed: () => void): () => void {
  addEventListener('hashchange', changed)
  return () => removeEventListener('hashchange', changed)
}

/** Somebody may have typed it. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
