/** Starts Chromium and speaks the DevTools protocol with it over a pipe. */
import { spawn, type ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import fs from 'node:fs'
import type { Duplex } from 'node:stream'
import { debug } from './util.ts'

export interface Message {
  id?: number
  method?: string
  params?: any
  sessionId?: string
  result?: any
  error?: { code: number; message: string }
}

export class CdpError extends Error {}

export class Session extends EventEmitter {
  readonly browser: Chromium
  readonly id: string | undefined
  constructor(browser: Chromium, id: string | undefined) {
    super()
    this.browser = browser
    this.id = id
    this.setMaxListeners(0)
  }
  send(method: string, params: object = {}): Promise<any> {
    return this.browser.request(method, params, this.id)
  }
  /** for commands whose failure only means that the page has gone */
  post(method: string, params: object = {}): void {
    this.send(method, params).catch((e) => debug('post', method, String(e)))
  }
}

const TRACE = process.env.EOC_DEBUG === '2'
const CANDIDATES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
]

export interface LaunchOptions {
  profile: string
  headed: boolean
  width: number
  height: number
  userAgent?: string
  lang: string
  extra: string[]
}

export class Chromium {
  readonly root = new Session(this, undefined)
  readonly exited: Promise<void>
  /** sees every message of sessions that the shim itself does not own */
  foreign: ((m: Message) => void) | null = null
  #child: ChildProcess
  #write: Duplex
  #nextId = 1
  #pending = new Map<number, { resolve: (v: any) => void; reject: (e: Error) => void; method: string }>()
  #taps = new Map<number, (m: Message) => void>()
  #sessions = new Map<string, Session>()
  #closed = false

  static executable(): string {
    const path = process.env.EOC_CHROMIUM ?? CANDIDATES.find((p) => fs.existsSync(p))
    if (!path) throw new Error('electron-on-chromium: no Chromium found, set EOC_CHROMIUM to its path')
    return path
  }

  constructor(o: LaunchOptions) {
    const args = [
      '--remote-debugging-pipe',
      '--no-startup-window',
      `--user-data-dir=${o.profile}`,
      `--lang=${o.lang}`,
      '--no-first-run',
      '--no-default-browser-check',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-default-apps',
      '--disable-domain-reliability',
      '--disable-client-side-phishing-detection',
      '--disable-extensions',
      '--disable-sync',
      '--disable-quic',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-breakpad',
      '--disable-field-trial-config',
      '--disable-popup-blocking',
      '--disable-back-forward-cache',
      '--disable-hang-monitor',
      '--disable-infobars',
      '--disable-prompt-on-repost',
      '--metrics-recording-only',
      '--password-store=basic',
      '--use-mock-keychain',
      '--force-color-profile=srgb',
      '--autoplay-policy=no-user-gesture-required',
      '--allow-file-access-from-files', // Electron gives file:// pages these rights too
      '--disable-features=Translate,OptimizationHints,MediaRouter,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,LocalNetworkAccessChecks,PaintHolding,AutofillServerCommunication,CertificateTransparencyComponentUpdater,InterestFeedContentSuggestions',
      ...(process.env.EOC_ALLOW_NETWORK
        ? []
        : ['--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost , EXCLUDE [::1]']),
      ...(o.headed ? [] : ['--headless=new', `--screen-info={${o.width}x${o.height}}`]),
      ...(o.userAgent ? [`--user-agent=${o.userAgent}`] : []),
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...o.extra,
    ]
    debug('chromium', args)
    this.#child = spawn(Chromium.executable(), args, {
      stdio: ['ignore', 'ignore', process.env.EOC_DEBUG ? 'inherit' : 'ignore', 'pipe', 'pipe'],
      // What a terminal sends to all its processes is the main process's to answer. Without it the pipe closes, and this ends.
      detached: process.platform !== 'win32',
    })
    this.exited = new Promise((resolve) => this.#child.once('exit', () => resolve()))
    this.exited.then(() => this.#onClosed())
    this.#write = this.#child.stdio[3] as Duplex
    this.#write.on('error', () => this.#onClosed())
    let rest: Buffer[] = []
    ;(this.#child.stdio[4] as Duplex).on('data', (chunk: Buffer) => {
      let from = 0
      for (let at = chunk.indexOf(0); at >= 0; at = chunk.indexOf(0, from)) {
        rest.push(chunk.subarray(from, at))
        from = at + 1
        const text = (rest.length === 1 ? rest[0] : Buffer.concat(rest)).toString('utf8')
        rest = []
        if (TRACE) debug('<', text.slice(0, 300))
        this.#onMessage(JSON.parse(text))
      }
      if (from < chunk.length) rest.push(chunk.subarray(from))
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }
  get closed(): boolean {
    return this.#closed
  }

  #onMessage(m: Message): void {
    if (m.id !== undefined) {
      const tap = this.#taps.get(m.id)
      if (tap) {
        this.#taps.delete(m.id)
        return tap(m)
      }
      const p = this.#pending.get(m.id)
      this.#pending.delete(m.id)
      if (m.error) p?.reject(new CdpError(`${p.method}: ${m.error.message}`))
      else p?.resolve(m.result)
      return
    }
    const s = m.sessionId === undefined ? this.root : this.#sessions.get(m.sessionId)
    if (s) s.emit(m.method!, m.params)
    else this.foreign?.(m)
  }

  #onClosed(): void {
    if (this.#closed) return
    this.#closed = true
    for (const p of this.#pending.values()) p.reject(new CdpError(`${p.method}: Chromium has exited`))
    this.#pending.clear()
    this.root.emit('closed')
  }

  request(method: string, params: object, sessionId?: string): Promise<any> {
    if (this.#closed) return Promise.reject(new CdpError(`${method}: Chromium has exited`))
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, method })
      const text = JSON.stringify({ id, method, params, sessionId })
      if (TRACE) debug('>', text.slice(0, 300))
      this.#write.write(text + '\0')
    })
  }

  /** pass a foreign client's command through; the reply goes to `tap` */
  forward(text: (id: number) => string, tap: (m: Message) => void): void {
    if (this.#closed) return
    const id = this.#nextId++
    this.#taps.set(id, tap)
    this.#write.write(text(id) + '\0')
  }

  #creating: Promise<any> = Promise.resolve()
  #own = new Set<string>()
  #attached = new Map<string, (s: Session) => void>()
  #early = new Map<string, Session>()
  /** a window that a page wants to open; its page is not created yet and stands still */
  onPopup: (targetInfo: any) => void = () => {}

  /** Every new page stops before its first navigation: ours to be set up, all others to be refused. */
  async watchPages(): Promise<void> {
    this.root.on('Target.attachedToTarget', async ({ sessionId, targetInfo: t }: any) => {
      if (t.type !== 'page') return
      const s = new Session(this, sessionId)
      this.#sessions.set(sessionId, s)
      if (!this.#own.has(t.targetId)) {
        this.#early.set(t.targetId, s)
        await this.#creating // the event may come before the reply of our own Target.createTarget
        if (!this.#early.delete(t.targetId)) return
        return this.onPopup(t)
      }
      this.#attached.get(t.targetId)?.(s)
    })
    await this.root.send('Target.setAutoAttach', {
      autoAttach: true,
      waitForDebuggerOnStart: true,
      flatten: true,
      filter: [{ type: 'page' }],
    })
  }
  /** a page of ours, stopped at its initial blank document */
  async createPage(params: object): Promise<{ targetId: string; session: Session }> {
    const done = this.#creating.then(async () => {
      const { targetId } = await this.root.send('Target.createTarget', params)
      this.#own.add(targetId)
      const early = this.#early.get(targetId)
      this.#early.delete(targetId)
      return {
        targetId,
        session: early ?? (await new Promise<Session>((resolve) => this.#attached.set(targetId, resolve))),
      }
    })
    this.#creating = done.catch(() => {})
    const page = await done
    this.#attached.delete(page.targetId)
    return page
  }
  forget(s: Session): void {
    if (s.id) this.#sessions.delete(s.id)
    s.removeAllListeners()
  }

  /** ends Chromium the polite way, so that storage is flushed */
  async close(): Promise<void> {
    if (!this.#closed) {
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), 4000)
      this.root.post('Browser.close')
      await this.exited
      clearTimeout(timer)
    }
  }
  kill(): void {
    this.#child.kill('SIGKILL')
  }
}
