/** Runs in the isolated world, before the preload: Electron's sandboxed renderer modules. */
import { createBridge } from './bridge.ts'
import { EventEmitter } from './emitter.ts'
import { decode, encode } from '../wire.ts'

interface Config {
  key: string // hidden global of this world
  binding: string // CDP binding, present in this world only
  process: Record<string, any>
  exports: Record<string, string[]> // electron's renderer modules and their members
}

export function eocIsolatedWorld(cfg: Config): void {
  if (window.top !== window) return
  const g = globalThis as any
  const rawSend: (text: string) => void = g[cfg.binding]
  delete g[cfg.binding]
  const send = (m: object) => rawSend(JSON.stringify(m))
  const missing = (what: string) => {
    throw new Error(`not implemented by electron-on-chromium: ${what} (renderer)`)
  }

  const hidden: any = {}
  Object.defineProperty(g, cfg.key, { value: hidden, enumerable: false, configurable: true })

  /** Blocks the renderer until the main process has answered: the shim sees the pause and resumes. */
  function sync(m: object): any {
    hidden.reply = undefined
    send({ ...m, sync: true })
    // eslint-disable-next-line no-debugger
    debugger
    const text = hidden.reply
    hidden.reply = undefined
    if (text === undefined) throw new Error('electron-on-chromium: no synchronous reply')
    return decode(text)
  }

  // --- worlds ---------------------------------------------------------------
  const node = document.createElement('span')
  window.dispatchEvent(new MouseEvent(cfg.key, { relatedTarget: node }))
  const bridge = createBridge(node, 'i', 'm')
  bridge.handle('open', (url: string, frameName: string, features: string) =>
    sync({ t: 'open', a: encode([url, frameName, features]) }),
  )
  bridge.handle('close', () => send({ t: 'close' }))
  bridge.handle('permission', (permission: string, details: object) => request('permission', permission, details))

  // --- ipc ------------------------------------------------------------------
  let nextId = 1
  const waiting = new Map<number, { resolve: (v: any) => void; reject: (e: any) => void }>()
  const request = (t: string, ...args: any[]): Promise<any> => {
    const id = nextId++
    const a = encode(args)
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      send({ t, id, a })
    })
  }

  class IpcRenderer extends EventEmitter {
    send(channel: string, ...args: any[]): void {
      if (channel === undefined) throw new Error('Missing required channel argument')
      send({ t: 'send', ch: String(channel), a: encode(args) })
    }
    sendSync(channel: string, ...args: any[]): any {
      return sync({ t: 'send', ch: String(channel), a: encode(args) })
    }
    async invoke(channel: string, ...args: any[]): Promise<any> {
      const { error, result } = await request('invoke', String(channel), args)
      if (error !== undefined) throw new Error(`Error invoking remote method '${channel}': ${error}`)
      return result
    }
    postMessage(): void {
      missing('ipcRenderer.postMessage')
    }
    sendToHost(): void {
      missing('ipcRenderer.sendToHost')
    }
  }
  const ipcRenderer = new IpcRenderer()

  hidden.receive = (kind: string, id: any, text: string) => {
    const v = decode(text)
    if (kind === 'message') {
      ipcRenderer.emit(id, { sender: ipcRenderer, ports: [] }, ...v)
    } else {
      const w = waiting.get(id)
      waiting.delete(id)
      if (kind === 'reply') w?.resolve(v)
      else w?.reject(v)
    }
  }

  // --- electron's sandboxed modules -----------------------------------------
  const contextBridge = {
    exposeInMainWorld(key: string, api: any) {
      bridge.request('expose', String(key), api)
    },
  }
  const webFrame = Object.assign(new EventEmitter(), {
    executeJavaScript: (code: string, userGesture?: boolean) => request('execute', String(code), !!userGesture),
    insertCSS: (css: string) => {
      const style = document.createElement('style')
      style.textContent = css
      const key = `eoc-css-${nextId++}`
      style.dataset.eoc = key
      ;(document.head ?? document.documentElement).append(style)
      return key
    },
    removeInsertedCSS: (key: string) => document.querySelector(`style[data-eoc="${key}"]`)?.remove(),
  })
  const real: Record<string, any> = { contextBridge, ipcRenderer, webFrame }
  const electron: Record<string, any> = {}
  for (const [name, names] of Object.entries(cfg.exports)) {
    const target = (real[name] ??= {})
    for (const member of names) {
      if (!(member in target))
        Object.defineProperty(target, member, {
          enumerable: false,
          configurable: true,
          get: () => missing(`${name}.${member}`),
        })
    }
    Object.defineProperty(electron, name, { enumerable: true, value: target })
  }

  const setImmediate = (fn: (...a: any[]) => void, ...a: any[]) => setTimeout(fn, 0, ...a)
  const clearImmediate = (id: any) => clearTimeout(id)
  const modules: Record<string, any> = {
    electron,
    'electron/renderer': electron,
    'electron/common': electron,
    events: Object.assign(EventEmitter, { EventEmitter, once: undefined }),
    timers: {
      setTimeout: setTimeout.bind(g),
      setInterval: setInterval.bind(g),
      clearTimeout: clearTimeout.bind(g),
      clearInterval: clearInterval.bind(g),
      setImmediate,
      clearImmediate,
    },
    url: { URL, URLSearchParams },
  }
  function require(name: string): any {
    const key = name.startsWith('node:') ? name.slice(5) : name
    if (Object.prototype.hasOwnProperty.call(modules, key)) return modules[key]
    throw new Error(`module not found: ${name}`)
  }

  const proc: any = Object.assign(new EventEmitter(), cfg.process, {
    sandboxed: true,
    contextIsolated: true,
    type: 'renderer',
    isMainFrame: true,
  })
  proc.nextTick = (fn: (...a: any[]) => void, ...a: any[]) => queueMicrotask(() => fn(...a))
  proc.uptime = () => performance.now() / 1000
  const Buffer = new Proxy(function () {}, {
    get: (_t, k) => missing(`Buffer.${String(k)}`),
    apply: () => missing('Buffer()'),
    construct: () => missing('new Buffer()'),
  })

  hidden.preload = (path: string, fn: (...a: any[]) => void) => {
    const module = { exports: {} }
    try {
      fn.call(g, require, proc, Buffer, g, setImmediate, clearImmediate, module.exports, module)
    } catch (error: any) {
      console.error(`Unable to load preload script: ${path}`)
      console.error(String(error?.stack ?? error))
      send({ t: 'preload-error', a: encode([path, error instanceof Error ? error : new Error(String(error))]) })
    }
    proc.emit('loaded')
  }

  // --- title: Chromium tells nobody when it changes --------------------------
  let title: string | null = null
  const look = () => {
    if (!document.querySelector('title') || document.title === title) return
    title = document.title
    send({ t: 'title', a: encode(title) })
  }
  const watch = (observer: MutationObserver) => {
    if (!document.head) return
    observer.disconnect()
    new MutationObserver(look).observe(document.head, { subtree: true, childList: true, characterData: true })
    look()
  }
  new MutationObserver((_m, o) => watch(o)).observe(document, { subtree: true, childList: true })
}
