/** WebContents: what a page offers the main process; page.ts drives the Chromium page behind it. */
import path from 'node:path'
import { evaluate } from './evaluate.ts'
import { dispatchIpc, IpcMain } from './ipc-main.ts'
import { NativeImage } from './native-image.ts'
import { host } from './page-host.ts'
import { inputCommand } from './page-input.ts'
import { Page } from './page.ts'
import { askPermission } from './permission.ts'
import { inner, outer } from './schemes.ts'
import { complete, debug, makeEvent, NotImplemented, watchEvents } from './util.ts'
import { WebFrameMain } from './web-frame.ts'
import { decode, encode } from './wire.ts'

const all = new Map<number, WebContents>()
let nextId = 1

export class WebContents extends Page {
  readonly id = nextId++
  readonly ipc = new IpcMain()
  readonly mainFrame = new WebFrameMain(this)
  readonly hostWebContents = null
  readonly opener = null
  #title = ''
  #openHandler: ((d: any) => any) | null = null
  #sync: { m: any; context: number }[] = []
  ready: Promise<void>

  constructor(prefs: any, size: { width: number; height: number; x?: number; y?: number }) {
    super()
    this.prefs = prefs
    this.setMaxListeners(0)
    if (prefs.nodeIntegration) throw new NotImplemented('webPreferences.nodeIntegration: true')
    if (prefs.contextIsolation === false) throw new NotImplemented('webPreferences.contextIsolation: false')
    if (prefs.sandbox === false) throw new NotImplemented('webPreferences.sandbox: false')
    for (const k of [
      'nodeIntegrationInWorker',
      'nodeIntegrationInSubFrames',
      'webviewTag',
      'experimentalFeatures',
      'offscreen',
      'session',
      'partition',
      'enableBlinkFeatures',
      'allowRunningInsecureContent',
    ])
      if (prefs[k]) throw new NotImplemented(`webPreferences.${k}`)
    if (prefs.webSecurity === false) throw new NotImplemented('webPreferences.webSecurity: false')
    if (prefs.preload !== undefined && !path.isAbsolute(prefs.preload))
      throw new Error(`preload script must have absolute path: ${prefs.preload}`)
    all.set(this.id, this)
    this.ready = this.open(size)
    this.ready.catch((e) => debug('page failed', String(e)))
  }
  static get(id: number): WebContents | undefined {
    return all.get(id)
  }
  static list(): WebContents[] {
    return [...all.values()]
  }

  /** A native popup (target=_blank, ctrl-click): the handler decides, and an allowed one becomes a window of ours. */
  static popup(t: any): void {
    const opener =
      all.size === 1
        ? WebContents.list()[0]
        : (WebContents.list().find((w) => w.targetId === t.openerId || w.targetId === t.openerFrameId) ??
          WebContents.list().find((w) => w.lastOpen))
    host.chromium().root.post('Target.closeTarget', { targetId: t.targetId })
    if (!opener) return
    const open = opener.lastOpen
    opener.lastOpen = null
    opener.#decide(outer(open?.url ?? t.url), open?.windowName ?? '', '', 'foreground-tab')
  }
  #decide(url: string, frameName: string, features: string, disposition: string): boolean {
    const details = {
      url,
      frameName: frameName === '_blank' ? '' : frameName,
      features,
      disposition,
      referrer: { url: this.pageUrl, policy: 'strict-origin-when-cross-origin' },
      postBody: undefined,
    }
    const answer = this.#openHandler ? this.#openHandler(details) : { action: 'allow' }
    if (answer?.action !== 'allow') return false
    host.openWindow(this, url, answer.overrideBrowserWindowOptions ?? {}, details)
    return true
  }

  // --- messages from the renderer ------------------------------------------------
  protected fromRenderer(text: string, context: number): void {
    if (context !== this.iso) return debug('message from a stale context')
    const m = JSON.parse(text)
    if (m.sync) return void this.#sync.push({ m, context })
    switch (m.t) {
      case 'send':
        return void dispatchIpc.send(this, m.ch, decode(m.a))
      case 'invoke':
        return void dispatchIpc
          .invoke(this, ...(decode(m.a) as [string, any[]]))
          .then((r) => this.#reply(context, 'reply', m.id, r))
      case 'permission': {
        const [permission, details] = decode(m.a)
        return void askPermission(this, permission, details).then((ok) => this.#reply(context, 'reply', m.id, ok))
      }
      case 'execute': {
        const [code, gesture] = decode(m.a)
        return void this.executeJavaScript(code, gesture).then(
          (v) => this.#reply(context, 'reply', m.id, v),
          (e) => this.#reply(context, 'error', m.id, e),
        )
      }
      case 'title':
        this.#title = decode(m.a)
        this.emit('page-title-updated', makeEvent(), this.#title, true)
        return
      case 'close':
        if (this.owner) this.owner.close()
        else this.close()
        return
      case 'preload-error': {
        const [file, error] = decode(m.a)
        this.emit('preload-error', makeEvent(), file, error)
        process.stderr.write(`Unable to load preload script: ${file}\n${error.stack ?? error}\n`)
      }
    }
  }
  /** The renderer stands in a `debugger` statement and waits for an answer. */
  protected async paused(): Promise<void> {
    const job = this.#sync.shift()
    try {
      if (job) {
        const a = decode(job.m.a)
        let value: unknown
        if (job.m.t === 'open') value = this.#decide(a[0], a[1], a[2], a[2] ? 'new-window' : 'foreground-tab')
        else value = await dispatchIpc.sync(this, job.m.ch, a)
        await this.cdp.send('Runtime.evaluate', {
          contextId: job.context,
          expression: `globalThis[${JSON.stringify(this.key)}].reply = ${JSON.stringify(inner(encode(value)))}`,
        })
      }
    } catch (e) {
      debug('sync answer', String(e))
    }
    this.cdp.post('Debugger.resume')
  }
  #reply(context: number, kind: string, id: unknown, value: unknown): void {
    let text: string
    try {
      text = encode(value)
    } catch (e: any) {
      text = encode({ error: String(e) })
    }
    this.#deliver(context, kind, id, text)
  }
  #deliver(contextId: number, kind: string, id: unknown, text: string): void {
    this.cdp.post('Runtime.evaluate', {
      contextId,
      expression: `globalThis[${JSON.stringify(this.key)}].receive(${JSON.stringify(kind)}, ${JSON.stringify(id)}, ${JSON.stringify(inner(text))})`,
    })
  }
  // --- talking to the page -------------------------------------------------------
  send(channel: string, ...args: unknown[]): void {
    if (typeof channel !== 'string') throw new TypeError('Missing required channel argument')
    const text = encode(args) // refuses what cannot be cloned, also when nobody listens
    if (this.destroyed) throw new TypeError('Object has been destroyed')
    if (this.iso === null) return debug(`send('${channel}'): no document yet, dropped as in Electron`)
    this.#deliver(this.iso, 'message', channel, text)
  }
  async executeJavaScript(code: string, userGesture = false): Promise<unknown> {
    await this.ready
    if (!this.pageUrl || this.loading) await new Promise((resolve) => this.once('did-stop-loading', resolve))
    return evaluate(this.cdp, String(code), userGesture, this.mainWorld)
  }
  async capturePage(rect?: any): Promise<NativeImage> {
    await this.ready
    const conceal = await this.revealForCapture()
    try {
      const { data } = await this.cdp.send('Page.captureScreenshot', {
        format: 'png',
        ...(rect ? { clip: { ...rect, scale: 1 } } : {}),
      })
      return new NativeImage(Buffer.from(data, 'base64'), 'capture')
    } finally {
      conceal()
    }
  }
  async printToPDF(): Promise<Buffer> {
    const { data } = await this.cdp.send('Page.printToPDF', { printBackground: true })
    return Buffer.from(data, 'base64')
  }
  async insertText(text: string): Promise<void> {
    await this.cdp.send('Input.insertText', { text })
  }
  sendInputEvent(e: any): void {
    this.cdp.post(...inputCommand(e))
  }

  // --- state --------------------------------------------------------------------
  setWindowOpenHandler(h: (d: any) => any): void {
    this.#openHandler = h
  }
  focus(): void {
    if (this.owner) this.owner.focus()
  }
  isFocused(): boolean {
    return this.owner?.isFocused() ?? false
  }
  isDestroyed(): boolean {
    return this.destroyed
  }
  getTitle(): string {
    return this.#title
  }
  getType(): string {
    return 'window'
  }
  getOSProcessId(): number {
    return host.chromium().pid ?? 0
  }
  getProcessId(): number {
    return this.mainFrame.processId
  }
  getOrCreateDevToolsTargetId(): string {
    return this.targetId
  }
  close(_o: any = {}): void {
    if (this.destroyed) return
    if (this.owner) this.owner.destroy()
    else this.destroyTarget()
  }
  /** takes the page away; `destroyed` follows */
  destroyTarget(): void {
    if (this.destroyed) return
    this.destroyed = true
    this.letGo()
    all.delete(this.id)
    void this.ready
      .catch(() => {})
      .then(() => {
        if (this.cdp) host.chromium().forget(this.cdp)
        host.endpoint?.removePage(this.targetId)
        host.chromium().root.post('Target.closeTarget', { targetId: this.targetId })
      })
    this.emit('destroyed', makeEvent())
  }
}

complete(WebContents.prototype, 'WebContents', 'WebContents', 'instance', [
  'id',
  'session',
  'ipc',
  'mainFrame',
  'hostWebContents',
  'opener',
  'navigationHistory',
])
watchEvents(WebContents.prototype, 'WebContents', 'WebContents', [
  'did-start-loading',
  'did-stop-loading',
  'did-finish-load',
  'did-frame-finish-load',
  'did-fail-load',
  'dom-ready',
  'did-navigate',
  'did-frame-navigate',
  'did-navigate-in-page',
  'did-start-navigation',
  'will-navigate',
  'will-frame-navigate',
  'will-redirect',
  'page-title-updated',
  'console-message',
  'preload-error',
  'render-process-gone',
  'destroyed',
  'devtools-opened',
  'devtools-closed',
  'did-create-window',
  'focus',
  'blur',
  'ipc-message',
  'ipc-message-sync',
])

export const webContents: any = {
  getAllWebContents: () => WebContents.list(),
  getFocusedWebContents: () => WebContents.list().find((w) => w.isFocused()) ?? null,
  fromId: (id: number) => all.get(id),
  fromDevToolsTargetId: (id: string) => WebContents.list().find((w) => w.targetId === id),
  fromFrame: (f: WebFrameMain) => WebContents.list().find((w) => w.mainFrame === f),
}
complete(webContents, 'WebContents', 'webContents', 'static')
export const webFrameMain: any = {
  fromId: (p: number) => WebContents.list().find((w) => w.mainFrame.processId === p)?.mainFrame,
}
complete(webFrameMain, 'WebFrameMain', 'webFrameMain', 'static')
