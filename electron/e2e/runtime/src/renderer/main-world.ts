/** Runs in the page's own world before any page script. */
import { createBridge, deepFreeze } from './bridge.ts'

export function eocMainWorld(cfg: { key: string }): void {
  if (window.top !== window) return // Electron runs the preload in the main frame only
  window.addEventListener(
    cfg.key,
    (event) => {
      event.stopImmediatePropagation()
      start((event as MouseEvent).relatedTarget as EventTarget)
    },
    { once: true, capture: true },
  )

  function start(node: EventTarget): void {
    const bridge = createBridge(node, 'm', 'i')
    const wrap = (owner: any, name: string, fn: (...a: any[]) => any) => {
      Object.defineProperty(fn, 'name', { value: name })
      Object.defineProperty(owner, name, { value: fn, writable: true, configurable: true, enumerable: true })
    }

    bridge.handle('expose', (name: string, api: any) => {
      if (Object.prototype.hasOwnProperty.call(window, name))
        throw new Error('Cannot bind an API on top of an existing property on the window object')
      Object.defineProperty(window, name, {
        value: deepFreeze(api),
        enumerable: true,
        writable: false,
        configurable: false,
      })
    })

    // window.open: the main process decides, synchronously, as in Electron.
    wrap(window, 'open', (url?: string, frameName?: string, features?: string) => {
      const abs = url === undefined || url === '' ? 'about:blank' : new URL(String(url), document.baseURI).href
      bridge.request(
        'open',
        abs,
        frameName === undefined ? '' : String(frameName),
        features === undefined ? '' : String(features),
      )
      return null // "allow" opens a window of its own without an opener (see README)
    })
    wrap(window, 'close', () => void bridge.request('close'))

    // Permission prompts: ask the session's handler first, then let Chromium do the rest.
    const ask = (permission: string, details?: object) =>
      bridge.request('permission', permission, details ?? {}) as Promise<boolean>
    const N = (window as any).Notification
    if (N?.requestPermission) {
      const real = N.requestPermission.bind(N)
      wrap(N, 'requestPermission', async (cb?: (p: string) => void) => {
        await ask('notifications')
        return real(cb)
      })
    }
    const media = navigator.mediaDevices as any
    if (media?.getUserMedia) {
      const real = media.getUserMedia.bind(media)
      wrap(media, 'getUserMedia', async (c: any) => {
        await ask('media', { mediaTypes: [c?.video && 'video', c?.audio && 'audio'].filter(Boolean) })
        return real(c)
      })
    }
    const geo = navigator.geolocation as any
    if (geo) {
      const real = geo.getCurrentPosition.bind(geo)
      wrap(geo, 'getCurrentPosition', (...a: any[]) => void ask('geolocation').then(() => real(...a)))
    }
    const clip = navigator.clipboard as any
    if (clip) {
      for (const name of ['readText', 'read']) {
        const real = clip[name].bind(clip)
        wrap(clip, name, async (...a: any[]) => {
          await ask('clipboard-read')
          return real(...a)
        })
      }
    }
  }
}
