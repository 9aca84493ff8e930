/** What a page of ours may not do: go elsewhere, open windows, embed, or ask the system for anything. */
import type { Event, Session, WebContents } from 'electron'

export type GuardedContents = Pick<WebContents, 'on' | 'setWindowOpenHandler'>
export type GuardedSession = Pick<Session, 'setPermissionRequestHandler' | 'setPermissionCheckHandler'>

const deny = (event: Pick<Event, 'preventDefault'>): void => event.preventDefault()

/** For every page the app ever makes. A link that a person may follow is handed to `openOutside`, which shows it in a browser. */
export function guardContents(contents: GuardedContents, openOutside: (url: string) => void): void {
  contents.on('will-navigate', deny)
  contents.on('will-redirect', deny)
  contents.on('will-frame-navigate', deny)
  contents.setWindowOpenHandler(({ url }) => {
    if (mayOpenOutside(url)) openOutside(url)
    return { action: 'deny' }
  })
}

export function guardSession(session: GuardedSession): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
}

/** Web pages only: other schemes start programs, and their text may come from a node. */
export function mayOpenOutside(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && !url.username && !url.password
}
