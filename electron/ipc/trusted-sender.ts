/** Whose calls are answered: the top frame of a page of ours, and nobody else. Pure. */

export interface SenderFrame {
  readonly url: string
  readonly parent: object | null
}

/** The page's own address; the protocol behind it serves the built window only. */
export const appOrigin = 'app://claw-mesh'

/** `frame` is null when it is gone already. */
export function isTrusted(frame: SenderFrame | null | undefined): boolean {
  if (!frame || frame.parent !== null) return false
  return isAppUrl(frame.url)
}

export function isAppUrl(text: string): boolean {
  const url = URL.parse(text)
  return url?.protocol === 'app:' && url.host === 'claw-mesh' && !url.username && !url.password && !url.port
}
