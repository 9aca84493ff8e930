/**
 * The `--remote-debugging-port` endpoint: what Playwright's `_electron` (or any
 * DevTools client) connects to. It is not Chromium's own port but a front for
 * the pipe, because three things have to be done on the way:
 *  - only windows of the app are shown as targets, each one from the moment of
 *    its first navigation (as in Electron, where a fresh window has no renderer);
 *  - a window waits for the client to be ready before that first navigation;
 *  - custom-scheme URLs are translated.
 */
import http from 'node:http'
import { randomUUID } from 'node:crypto'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Chromium, Message } from './cdp.ts'
import { inner, outer } from './schemes.ts'
import { debug, Deferred } from './util.ts'

interface Page {
  announced: boolean
  navigated: boolean
  reveal: () => Promise<() => void>
}

class Client {
  base: string | null = null // our browser-level session on the pipe
  sessions = new Set<string>()
  held = new Map<string, Message>() // targetId -> attachedToTarget not yet passed on
  targetOf = new Map<string, string>() // page session -> targetId
  ready = new Map<string, Deferred>() // page session -> client has resumed it
  queue: string[] = []
  readonly ws: WebSocket
  readonly hub: Endpoint
  constructor(ws: WebSocket, hub: Endpoint) {
    this.ws = ws
    this.hub = hub
  }

  emit(m: Message): void {
    this.ws.send(outer(JSON.stringify(m)))
  }

  fromClient(text: string): void {
    if (!this.base) return void this.queue.push(text)
    const m: Message = JSON.parse(inner(text))
    const clientId = m.id!
    const session = m.sessionId
    if (session !== undefined && !this.sessions.has(session)) {
      return this.emit({
        id: clientId,
        sessionId: session,
        error: { code: -32001, message: 'Session with given id not found.' },
      })
    }
    if (session === undefined) {
      if (m.method === 'Target.setAutoAttach' && m.params) m.params = { ...m.params, waitForDebuggerOnStart: false } // this endpoint does the waiting
      if (m.method === 'Browser.close') {
        this.emit({ id: clientId, result: {} })
        return this.hub.onBrowserClose()
      }
    }
    m.sessionId = session ?? this.base
    const target = session === undefined ? undefined : this.hub.pages.get(this.targetOf.get(session) ?? '')
    if (target && m.method === 'Page.captureScreenshot')
      void target.reveal().then((conceal) => this.#pass(m, clientId, session, conceal))
    else this.#pass(m, clientId, session)
  }
  #pass(m: Message, clientId: number, session: string | undefined, done?: () => void): void {
    this.hub.chromium!.forward(
      (id) => JSON.stringify({ ...m, id }),
      (reply) => {
        done?.()
        reply.id = clientId
        if (session === undefined) delete reply.sessionId
        else {
          const page = this.hub.pages.get(this.targetOf.get(session) ?? '')
          // a window that has not navigated has no document in Electron; Playwright waits for the first one
          if (m.method === 'Page.getFrameTree' && page && !page.navigated && reply.result)
            reply.result.frameTree.frame.url = ':'
          if (m.method === 'Runtime.runIfWaitingForDebugger') this.ready.get(session)?.resolve()
        }
        this.emit(reply)
      },
    )
  }

  fromBrowser(m: Message): boolean {
    const isBase = m.sessionId === this.base
    if (!isBase && !this.sessions.has(m.sessionId!)) return false
    if (m.method === 'Target.attachedToTarget') {
      this.sessions.add(m.params.sessionId)
      const info = m.params.targetInfo
      if (isBase && info.type === 'page') {
        const page = this.hub.pages.get(info.targetId)
        this.targetOf.set(m.params.sessionId, info.targetId)
        delete m.sessionId
        if (!page?.announced) this.held.set(info.targetId, m)
        else this.emit(m)
        return true
      }
      if (!isBase && info.type === 'page') return true // a popup: the app's window-open handler deals with it
      if (isBase && info.type !== 'service_worker') {
        // Chromium's own UI: not a part of the app
        this.hub
          .chromium!.request('Target.detachFromTarget', { sessionId: m.params.sessionId }, this.base!)
          .catch(() => {})
        return true
      }
    }
    if (m.method === 'Target.detachedFromTarget') {
      this.sessions.delete(m.params.sessionId)
      this.ready.get(m.params.sessionId)?.resolve()
      const target = this.targetOf.get(m.params.sessionId)
      this.targetOf.delete(m.params.sessionId)
      if (target && this.held.delete(target)) return true // never seen by the client
    }
    if (isBase) delete m.sessionId
    this.emit(m)
    return true
  }

  /** show a held page and wait until the client has set itself up on it */
  async announce(targetId: string): Promise<void> {
    const m = this.held.get(targetId)
    if (!m) return
    this.held.delete(targetId)
    const ready = new Deferred()
    this.ready.set(m.params.sessionId, ready)
    this.emit({ ...m, params: { ...m.params, waitingForDebugger: true } })
    const timer = setTimeout(() => ready.resolve(), 3000)
    await ready.promise
    clearTimeout(timer)
    this.ready.delete(m.params.sessionId)
  }
}

export class Endpoint {
  chromium: Chromium | null = null
  pages = new Map<string, Page>()
  #clients = new Set<Client>()
  #server = http.createServer()
  #path = `/devtools/browser/${randomUUID()}`
  onBrowserClose: () => void = () => {}

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => this.#server.once('error', reject).listen(port, '127.0.0.1', resolve))
    this.#server.unref()
    const url = `ws://127.0.0.1:${(this.#server.address() as any).port}${this.#path}`
    this.#server.on('request', (req, res) => {
      if (req.url === '/json/version')
        res
          .setHeader('content-type', 'application/json')
          .end(
            JSON.stringify({ Browser: 'electron-on-chromium', 'Protocol-Version': '1.3', webSocketDebuggerUrl: url }),
          )
      else res.writeHead(404).end()
    })
    const wss = new WebSocketServer({
      server: this.#server,
      path: this.#path,
      maxPayload: 1 << 28,
      perMessageDeflate: false,
    })
    wss.on('connection', (ws) => {
      const client = new Client(ws, this)
      this.#clients.add(client)
      ws.on('message', (data) => client.fromClient(String(data)))
      ws.on('error', () => ws.terminate())
      ws.on('close', () => {
        this.#clients.delete(client)
        for (const d of client.ready.values()) d.resolve()
        if (client.base)
          this.chromium?.request('Target.detachFromTarget', { sessionId: client.base }, undefined).catch(() => {})
      })
      if (this.chromium) void this.#open(client)
    })
    process.stderr.write(`\nDevTools listening on ${url}\n`)
  }

  async start(chromium: Chromium): Promise<void> {
    this.chromium = chromium
    chromium.foreign = (m) => {
      for (const c of this.#clients) if (c.fromBrowser(m)) return
    }
    await Promise.all([...this.#clients].map((c) => this.#open(c)))
  }

  async #open(c: Client): Promise<void> {
    const { sessionId } = await this.chromium!.root.send('Target.attachToBrowserTarget')
    c.base = sessionId
    debug('devtools client', sessionId)
    for (const text of c.queue.splice(0)) c.fromClient(text)
  }

  addPage(targetId: string, reveal: () => Promise<() => void>): void {
    this.pages.set(targetId, { announced: false, navigated: false, reveal })
  }
  removePage(targetId: string): void {
    this.pages.delete(targetId)
  }
  async announce(targetId: string): Promise<void> {
    const page = this.pages.get(targetId)
    if (!page || page.announced) return
    page.announced = true
    await Promise.all([...this.#clients].map((c) => c.announce(targetId)))
  }
  navigated(targetId: string): void {
    const page = this.pages.get(targetId)
    if (page) page.navigated = true
  }
  close(): void {
    for (const c of this.#clients) c.ws.close()
    this.#server.close()
  }
}
