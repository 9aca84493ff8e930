/** One Chromium page, driven over CDP: its target, its documents, what it loads, its native window. */
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Session as Cdp } from './cdp.ts'
import { type ConsoleMessage, consoleMessage, levelNumber, thrownMessage } from './page-console.ts'
import { host } from './page-host.ts'
import { preloadScript, preloadText, WORLD, worldScripts } from './page-scripts.ts'
import { PageSettings } from './page-settings.ts'
import { inner, outer } from './schemes.ts'
import { interceptionPatterns, serve } from './session.ts'
import { complete, debug, Deferred, makeEvent, NotImplemented } from './util.ts'
import type { WebFrameMain } from './web-frame.ts'
import { onInterceptionChange } from './web-request.ts'

const NET_ERRORS: Record<string, number> = {
  ERR_FAILED: -2,
  ERR_ABORTED: -3,
  ERR_FILE_NOT_FOUND: -6,
  ERR_ACCESS_DENIED: -10,
  ERR_BLOCKED_BY_CLIENT: -20,
  ERR_CONNECTION_RESET: -101,
  ERR_CONNECTION_REFUSED: -102,
  ERR_CONNECTION_FAILED: -104,
  ERR_NAME_NOT_RESOLVED: -105,
  ERR_INTERNET_DISCONNECTED: -106,
  ERR_ADDRESS_UNREACHABLE: -109,
  ERR_CERT_AUTHORITY_INVALID: -202,
  ERR_INVALID_URL: -300,
  ERR_UNKNOWN_URL_SCHEME: -302,
  ERR_EMPTY_RESPONSE: -324,
  ERR_INVALID_RESPONSE: -320,
}

export abstract class Page extends PageSettings {
  abstract readonly id: number
  abstract readonly mainFrame: WebFrameMain
  /** the window that shows it; set by BrowserWindow */
  owner: any = null
  targetId = ''
  protected readonly key = `eoc${Math.random().toString(36).slice(2)}`
  readonly #binding = `b${Math.random().toString(36).slice(2)}`
  protected pageUrl = ''
  protected loading = false
  protected destroyed = false
  protected iso: number | null = null // execution context of the isolated world
  protected mainWorld: string | null = null // unique id of the main world
  protected lastOpen: any = null
  #scripts: string[] = []
  #crashed = false
  #ownNavigation: string | null = null // url of a navigation that the main process started
  #reloading = false
  #navigations = new Map<string, Deferred<void>>() // loader -> finished
  #finished = new Set<string>() // loaders whose load event came first
  #status = new Map<string, [number, string]>()
  #release: () => void = () => {}

  /** A message from the isolated world. */
  protected abstract fromRenderer(text: string, context: number): void
  /** The page waits for a synchronous answer. */
  protected abstract paused(): Promise<void>

  // --- set-up -----------------------------------------------------------------
  protected async open(size: { width: number; height: number; x?: number; y?: number }): Promise<void> {
    const chromium = host.chromium()
    const { targetId, session: cdp } = await chromium.createPage({
      url: 'about:blank',
      newWindow: true,
      width: size.width,
      height: size.height + (host.chromeHeight ?? 0),
      left: size.x,
      top: size.y,
    })
    this.targetId = targetId
    this.cdp = cdp
    host.endpoint?.addPage(targetId, () => this.revealForCapture())
    this.#listen(cdp)
    await Promise.all([
      cdp.send('Page.enable'),
      cdp.send('Runtime.enable'),
      cdp.send('Network.enable', { maxTotalBufferSize: 0, maxResourceBufferSize: 0 }),
      cdp.send('Debugger.enable'), // for synchronous answers only, see #paused
      cdp.send('Page.setLifecycleEventsEnabled', { enabled: true }),
      cdp.send('Runtime.addBinding', { name: this.#binding, executionContextName: WORLD }),
      cdp.send('Fetch.enable', { patterns: interceptionPatterns(this.session) }),
      this.applyTheme(),
      this.#installScripts(),
      cdp.send('Runtime.runIfWaitingForDebugger'),
    ])
    this.#release = onInterceptionChange(() =>
      cdp.post('Fetch.enable', { patterns: interceptionPatterns(this.session) }),
    )
    // the initial blank document must be there before anything is loaded over it
    const { result } = await cdp.send('Runtime.evaluate', {
      expression: 'window.outerHeight - window.innerHeight',
      returnByValue: true,
    })
    if (host.chromeHeight === null) {
      host.chromeHeight = result.value
      await this.setContentSize(size.width, size.height)
    }
  }

  #preloadUsed: string | null = null
  async #installScripts(): Promise<void> {
    const { cdp, prefs } = this
    this.#preloadUsed = preloadText(prefs.preload)
    await Promise.all(
      this.#scripts.splice(0).map((identifier) => cdp.send('Page.removeScriptToEvaluateOnNewDocument', { identifier })),
    )
    const info = host.processInfo()
    const scripts = worldScripts(this.key, this.#binding, {
      ...info,
      argv: [...info.argv, ...(prefs.additionalArguments ?? [])],
    })
    const file = prefs.preload as string | undefined
    if (file !== undefined) {
      try {
        scripts.push(preloadScript(this.key, file))
      } catch (error: any) {
        process.stderr.write(`Unable to load preload script: ${file}\n${error.stack ?? error}\n`)
        queueMicrotask(() => this.emit('preload-error', makeEvent(), file, error))
      }
    }
    await Promise.all(
      scripts.map(async (script) => {
        const added = await cdp.send('Page.addScriptToEvaluateOnNewDocument', script)
        this.#scripts.push(added.identifier)
      }),
    )
  }

  #listen(cdp: Cdp): void {
    const mainFrame = (p: any) => p.frameId === this.targetId
    cdp.on('Fetch.requestPaused', (p) => void this.#request(p))
    cdp.on('Runtime.executionContextCreated', ({ context: c }) => {
      if (c.auxData?.frameId !== this.targetId) return
      if (c.name === WORLD) this.iso = c.id
      else if (c.auxData.isDefault) this.mainWorld = c.uniqueId
    })
    cdp.on('Runtime.executionContextDestroyed', (p) => {
      if (p.executionContextId === this.iso) this.iso = null
    })
    cdp.on('Runtime.executionContextsCleared', () => {
      this.iso = null
      this.mainWorld = null
    })
    cdp.on('Runtime.bindingCalled', (p) => {
      if (p.name === this.#binding) this.fromRenderer(outer(p.payload), p.executionContextId)
    })
    cdp.on('Runtime.consoleAPICalled', (p) => this.#tell(consoleMessage(p)))
    cdp.on('Runtime.exceptionThrown', ({ exceptionDetails: x }) => this.#tell(thrownMessage(x)))
    cdp.on('Debugger.paused', () => void this.paused())
    cdp.on('Page.frameStartedNavigating', (p) => {
      if (mainFrame(p) && p.navigationType !== 'sameDocument')
        this.emit(
          'did-start-navigation',
          makeEvent({ url: outer(p.url), isSameDocument: false, isMainFrame: true, frame: this.mainFrame }),
          outer(p.url),
          false,
          true,
          this.mainFrame.processId,
          1,
        )
    })
    cdp.on('Page.frameStartedLoading', (p) => {
      if (!mainFrame(p) || this.loading) return
      this.loading = true
      this.emit('did-start-loading', makeEvent())
    })
    cdp.on('Page.frameStoppedLoading', (p) => {
      if (!mainFrame(p) || !this.loading) return
      this.loading = false
      this.emit('did-stop-loading', makeEvent())
    })
    cdp.on('Network.responseReceived', (p) => {
      if (p.type === 'Document' && mainFrame(p))
        this.#status.set(p.loaderId, [p.response.status, p.response.statusText])
    })
    cdp.on('Page.frameNavigated', ({ frame }) => {
      if (frame.id !== this.targetId) return
      host.endpoint?.navigated(this.targetId)
      if (frame.unreachableUrl) return // Chromium's error page; reported by the navigation
      this.pageUrl = outer(frame.url) + (frame.urlFragment ?? '')
      this.#ownNavigation = null
      const [code, text] = this.pageUrl.startsWith('http') ? (this.#status.get(frame.loaderId) ?? [-1, '']) : [-1, '']
      this.#status.clear()
      this.emit('did-frame-navigate', makeEvent(), this.pageUrl, code, text, true, this.mainFrame.processId, 1)
      this.emit('did-navigate', makeEvent(), this.pageUrl, code, text)
    })
    cdp.on('Page.navigatedWithinDocument', (p) => {
      if (!mainFrame(p)) return
      this.pageUrl = outer(p.url)
      this.emit('did-navigate-in-page', makeEvent(), this.pageUrl, true, this.mainFrame.processId, 1)
    })
    cdp.on('Page.lifecycleEvent', (p) => {
      if (!mainFrame(p) || this.pageUrl === '') return
      if (p.name === 'firstPaint' || p.name === 'firstContentfulPaint') this.emit('-painted')
      if (p.name === 'load') {
        this.#finished.add(p.loaderId)
        this.#navigations.get(p.loaderId)?.resolve()
      }
    })
    cdp.on('Page.domContentEventFired', () => void (this.pageUrl && this.emit('dom-ready', makeEvent())))
    cdp.on('Page.loadEventFired', () => {
      if (!this.pageUrl) return
      this.emit('did-frame-finish-load', makeEvent(), true, this.mainFrame.processId, 1)
      this.emit('did-finish-load', makeEvent())
      setTimeout(() => this.emit('-painted'), 100).unref() // a page without anything to paint
    })
    cdp.on('Page.windowOpen', (p) => void (this.lastOpen = p))
    cdp.on('Inspector.targetCrashed', () => {
      this.#crashed = true
      const details = { reason: 'crashed', exitCode: 5 }
      this.emit('render-process-gone', makeEvent(), details)
      host.app.emit('render-process-gone', makeEvent(), this, details)
    })
  }
  #tell(m: ConsoleMessage): void {
    const event = makeEvent({ ...m, frame: this.mainFrame })
    this.emit('console-message', event, levelNumber(m.level), m.message, m.lineNumber, m.sourceId)
  }

  // --- requests -----------------------------------------------------------------
  async #request(p: any): Promise<void> {
    const isMainDocument =
      p.resourceType === 'Document' &&
      p.frameId === this.targetId &&
      p.responseStatusCode === undefined &&
      p.responseErrorReason === undefined
    if (isMainDocument && !p.redirectedRequestId) {
      const url = outer(p.request.url)
      const own = this.#reloading || (this.#ownNavigation !== null && sameDocumentUrl(this.#ownNavigation, url))
      if (!own && url !== this.pageUrl) {
        const details = {
          url,
          isSameDocument: false,
          isMainFrame: true,
          frame: this.mainFrame,
          initiator: this.mainFrame,
        }
        const frameEvent = makeEvent(details)
        this.emit('will-frame-navigate', frameEvent)
        const event = makeEvent(details)
        if (!frameEvent.defaultPrevented)
          this.emit('will-navigate', event, url, false, true, this.mainFrame.processId, 1)
        if (frameEvent.defaultPrevented || event.defaultPrevented)
          return this.cdp.post('Fetch.failRequest', { requestId: p.requestId, errorReason: 'Aborted' })
      }
      this.#reloading = false
      if (preloadText(this.prefs.preload) !== this.#preloadUsed) await this.#installScripts().catch(() => {}) // read anew for each document
    } else if (isMainDocument) {
      const url = outer(p.request.url)
      const event = makeEvent({ url, isSameDocument: false, isMainFrame: true, frame: this.mainFrame })
      this.emit('will-redirect', event, url, false, true)
      if (event.defaultPrevented)
        return this.cdp.post('Fetch.failRequest', { requestId: p.requestId, errorReason: 'Aborted' })
    }
    await serve(this.session, this.cdp, p, { webContentsId: this.id, webContents: this, frame: this.mainFrame })
  }

  // --- loading ---------------------------------------------------------------------
  async loadURL(url: string, options: any = {}): Promise<void> {
    for (const k of ['postData', 'extraHeaders', 'baseURLForDataURL'])
      if (options[k]) throw new NotImplemented(`loadURL option '${k}'`)
    let href: string
    try {
      href = new URL(url).href
    } catch {
      return this.#failLoad('ERR_INVALID_URL', String(url))
    }
    await this.ready
    if (this.destroyed) throw new Error('Object has been destroyed')
    await host.endpoint?.announce(this.targetId)
    if (options.userAgent) this.setUserAgent(options.userAgent)
    this.#ownNavigation = href
    const r = await this.cdp.send('Page.navigate', {
      url: inner(href),
      referrer: typeof options.httpReferrer === 'string' ? options.httpReferrer : options.httpReferrer?.url,
    })
    if (r.errorText) return this.#failLoad(r.errorText.replace('net::', ''), href)
    if (!r.loaderId) return // same document
    if (!this.#finished.has(r.loaderId)) {
      const d = new Deferred<void>()
      this.#navigations.set(r.loaderId, d)
      this.#release0.push(() => d.resolve())
      await d.promise
      this.#navigations.delete(r.loaderId)
    }
    this.#finished.clear()
  }
  #release0: (() => void)[] = []
  #failLoad(code: string, url: string): never {
    const errno = NET_ERRORS[code] ?? -2
    this.#ownNavigation = null
    this.loading = false
    this.emit('did-fail-load', makeEvent(), errno, code, url, true, this.mainFrame.processId, 1)
    throw Object.assign(new Error(`${code} (${errno}) loading '${url}'`), { errno, code, url })
  }
  loadFile(file: string, options: any = {}): Promise<void> {
    const u = pathToFileURL(path.resolve(host.app.getAppPath(), file))
    if (options.query) for (const [k, v] of Object.entries(options.query)) u.searchParams.set(k, String(v))
    if (options.search) u.search = options.search
    if (options.hash) u.hash = options.hash
    return this.loadURL(u.href)
  }
  reload(): void {
    this.#reloading = true
    this.cdp?.post('Page.reload', {})
  }
  reloadIgnoringCache(): void {
    this.#reloading = true
    this.cdp?.post('Page.reload', { ignoreCache: true })
  }
  stop(): void {
    this.cdp?.post('Page.stopLoading')
  }
  getURL(): string {
    return this.pageUrl
  }
  isLoading(): boolean {
    return this.loading
  }
  isLoadingMainFrame(): boolean {
    return this.loading
  }
  readonly navigationHistory: any = (() => {
    const entries = async () =>
      (await this.cdp.send('Page.getNavigationHistory')) as { currentIndex: number; entries: any[] }
    const go = async (by: number) => {
      const h = await entries()
      const e = h.entries[h.currentIndex + by]
      if (!e) return
      this.#ownNavigation = outer(e.url)
      this.cdp.post('Page.navigateToHistoryEntry', { entryId: e.id })
    }
    const o = {
      goBack: () => void go(-1),
      goForward: () => void go(1),
      goToOffset: (n: number) => void go(n),
      clear: () => this.cdp.post('Page.resetNavigationHistory'),
    }
    complete(o, 'NavigationHistory', 'navigationHistory')
    return o
  })()

  /** A hidden page draws nothing; while it is captured it counts as visible (so does Electron's). */
  async revealForCapture(): Promise<() => void> {
    if (!this.owner || this.owner.isVisible()) return () => {}
    await this.setWindowState('normal')
    return () => void (this.owner.isVisible() || this.destroyed || this.setWindowState('minimized'))
  }
  async applyTheme(): Promise<void> {
    await this.cdp
      ?.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: host.theme() }] })
      .catch(() => {})
  }
  async setContentSize(width: number, height: number): Promise<void> {
    await this.#bounds({ width, height: height + (host.chromeHeight ?? 0) })
  }
  async setWindowState(state: 'normal' | 'minimized' | 'maximized' | 'fullscreen'): Promise<void> {
    await this.ready
    await this.#bounds({ windowState: state })
  }
  async bringToFront(): Promise<void> {
    await this.ready
    this.cdp.post('Page.bringToFront')
  }
  async #bounds(bounds: object): Promise<void> {
    try {
      const { windowId } = await host.chromium().root.send('Browser.getWindowForTarget', { targetId: this.targetId })
      await host.chromium().root.send('Browser.setWindowBounds', { windowId, bounds })
    } catch (e) {
      debug('bounds', String(e))
    }
  }

  isCrashed(): boolean {
    return this.#crashed
  }
  protected letGo(): void {
    this.#release()
    for (const f of this.#release0) f()
  }
}

function sameDocumentUrl(a: string, b: string): boolean {
  const strip = (u: string) => u.replace(/#.*$/, '')
  return strip(a) === strip(b)
}
