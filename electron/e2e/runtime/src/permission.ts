/** A page asks for a permission: the session's handler decides, and Chromium is told. */
import { host } from './page-host.ts'
import { inner } from './schemes.ts'
import { debug } from './util.ts'
import type { WebContents } from './web-contents.ts'

export async function askPermission(page: WebContents, permission: string, details: any): Promise<boolean> {
  const h = page.session.permissionRequestHandler
  const ok = h
    ? await new Promise<boolean>((resolve) =>
        h(page, permission, (v) => resolve(!!v), { requestingUrl: page.getURL(), isMainFrame: true, ...details }),
      )
    : true
  const names: Record<string, string[]> = {
    notifications: ['notifications'],
    geolocation: ['geolocation'],
    'clipboard-read': ['clipboard-read'],
    media: (details.mediaTypes ?? []).map((t: string) => (t === 'video' ? 'camera' : 'microphone')),
  }
  let origin: string | undefined
  try {
    origin = new URL(inner(page.getURL())).origin
  } catch {
    /* no origin */
  }
  for (const name of names[permission] ?? [])
    await host
      .chromium()
      .root.send('Browser.setPermission', {
        permission: { name },
        setting: ok ? 'granted' : 'denied',
        origin: origin === 'null' ? undefined : origin,
      })
      .catch((e) => debug(String(e)))
  return ok
}
