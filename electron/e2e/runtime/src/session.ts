/** Session: protocol handlers, webRequest, permissions, cookies; one default session. */
import { EventEmitter } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Session as Cdp } from './cdp.ts'
import { registerScheme, inner, outer, innerDocument, innerPolicy, isCustom, fetchPatterns } from './schemes.ts'
import { complete, debug, NotImplemented, warn, watchEvents } from './util.ts'
import { refresh, WebRequest } from './web-request.ts'

type Handler = (request: Request) => Response | Promise<Response>
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain',
  '.ico': 'image/x-icon',
  '.map': 'application/json',
}
const RESOURCE_TYPES: Record<string, string> = {
  Document: 'mainFrame',
  Stylesheet: 'stylesheet',
  Image: 'image',
  Media: 'media',
  Font: 'font',
  Script: 'script',
  XHR: 'xhr',
  Fetch: 'xhr',
  WebSocket: 'webSocket',
  Ping: 'ping',
}

let appReady: () => boolean = () => false
export const setReadyProbe = (f: () => boolean): void => void (appReady = f)

// --- protocol ----------------------------------------------------------------
export class Protocol {
  readonly handlers = new Map<string, Handler>()
  registerSchemesAsPrivileged(list: { scheme: string; privileges?: Record<string, boolean> }[]): void {
    if (appReady()) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
    for (const s of list) {
      const privileges = s.privileges ?? {}
      if (!privileges.standard) throw new NotImplemented(`a custom scheme without { standard: true } ('${s.scheme}')`)
      if (!privileges.secure)
        warn(`scheme '${s.scheme}' is not registered as secure; here its pages are a secure context all the same`)
      registerScheme({ scheme: s.scheme, privileges })
    }
  }
  handle(scheme: string, handler: Handler): void {
    if (typeof handler !== 'function') throw new TypeError('handler must be a function')
    if (this.handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`)
    if (!isCustom(scheme) && !['http', 'https', 'file'].includes(scheme))
      throw new NotImplemented(`protocol.handle for '${scheme}', which was not registered as privileged`)
    this.handlers.set(scheme, handler)
    refresh()
  }
  unhandle(scheme: string): void {
    if (!this.handlers.delete(scheme)) throw new Error(`Failed to unhandle protocol: ${scheme}`)
    refresh()
  }
  isProtocolHandled(scheme: string): boolean {
    return this.handlers.has(scheme) || ['http', 'https', 'file', 'data', 'blob', 'about'].includes(scheme)
  }
}
complete(Protocol.prototype, 'Protocol', 'protocol')

// --- net -------------------------------------------------------------------------
export async function netFetch(input: string | URL | Request, init: any = {}): Promise<Response> {
  const request = new Request(input as any, init.body && !init.duplex ? { ...init, duplex: 'half' } : init)
  const url = new URL(request.url)
  const scheme = url.protocol.slice(0, -1)
  const handler = init.bypassCustomProtocolHandlers ? undefined : defaultSession.protocol.handlers.get(scheme)
  if (handler) return handler(request)
  if (scheme === 'file') {
    const file = fileURLToPath(url)
    try {
      const stat = fs.statSync(file)
      if (!stat.isFile()) throw new Error('not a file')
      return new Response(Readable.toWeb(fs.createReadStream(file)) as any, {
        headers: { 'content-type': TYPES[path.extname(file).toLowerCase()] ?? 'application/octet-stream' },
      })
    } catch {
      throw new Error('net::ERR_FILE_NOT_FOUND')
    }
  }
  if (isCustom(scheme)) throw new Error('net::ERR_UNKNOWN_URL_SCHEME')
  try {
    return await fetch(request)
  } catch (e: any) {
    const code = e?.cause?.code
    throw new Error(
      code === 'ECONNREFUSED'
        ? 'net::ERR_CONNECTION_REFUSED'
        : code === 'ENOTFOUND'
          ? 'net::ERR_NAME_NOT_RESOLVED'
          : `net::ERR_FAILED (${e.message})`,
      { cause: e },
    )
  }
}

// --- requests of pages -------------------------------------------------------------

export function interceptionPatterns(s: Session): object[] {
  const web = [...s.webRequest.listeners.keys()]
  const plain = [...s.protocol.handlers.keys()].filter((x) => !isCustom(x))
  const all = web.length > 0
  return [
    { urlPattern: '*', resourceType: 'Document' }, // will-navigate
    ...fetchPatterns().map((urlPattern) => ({ urlPattern })),
    ...plain.map((x) => ({ urlPattern: `${x}://*` })),
    ...(all ? [{ urlPattern: '*' }] : []),
    ...(web.includes('onHeadersReceived') ? [{ urlPattern: '*', requestStage: 'Response' }] : []),
  ]
}

const toHeaderList = (h: Record<string, string | string[]>) =>
  Object.entries(h).flatMap(([name, v]) => [v].flat().map((value) => ({ name, value: String(value) })))
const toHeaderMap = (list: { name: string; value: string }[]) => {
  const out: Record<string, string[]> = {}
  for (const h of list) (out[h.name] ??= []).push(h.value)
  return out
}
const isPolicy = (name: string) => /^content-security-policy(-report-only)?$/i.test(name)
const isText = (type: string) => /^(text\/|application\/(javascript|json|manifest\+json))|image\/svg/.test(type)

/** Answers one Fetch.requestPaused of a page. `info` identifies the page for webRequest listeners. */
export async function serve(
  s: Session,
  cdp: Cdp,
  p: any,
  info: { webContentsId: number; webContents: any; frame: any },
): Promise<void> {
  const requestId: string = p.requestId
  const url = outer(p.request.url)
  const base = () => ({
    id: parseInt(requestId.replace(/\D/g, ''), 10) || 0,
    url,
    method: p.request.method,
    timestamp: Date.now(),
    resourceType: RESOURCE_TYPES[p.resourceType] ?? 'other',
    referrer: outer(p.request.headers.Referer ?? ''),
    ...info,
  })
  try {
    if (p.responseStatusCode !== undefined || p.responseErrorReason !== undefined) {
      if (p.responseErrorReason !== undefined) return cdp.post('Fetch.continueRequest', { requestId })
      const answer = await s.webRequest.ask('onHeadersReceived', {
        ...base(),
        statusCode: p.responseStatusCode,
        statusLine: `HTTP/1.1 ${p.responseStatusCode} ${p.responseStatusText ?? ''}`,
        responseHeaders: toHeaderMap(p.responseHeaders ?? []),
      })
      if (answer.cancel) return cdp.post('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' })
      if (!answer.responseHeaders) return cdp.post('Fetch.continueResponse', { requestId })
      const code = /^HTTP\/\S+ (\d+)/.exec(answer.statusLine ?? '')?.[1]
      const responseCode = code ? Number(code) : p.responseStatusCode
      const responseHeaders = toHeaderList(answer.responseHeaders)
      // Chromium reads a document's policies before this point: a changed header counts only in a new response
      if (p.resourceType === 'Document' && !(responseCode >= 300 && responseCode < 400)) {
        const { body, base64Encoded } = await cdp.send('Fetch.getResponseBody', { requestId })
        const kept = responseHeaders.filter((h) => !/^content-(encoding|length)$|^transfer-encoding$/i.test(h.name))
        return cdp.post('Fetch.fulfillRequest', {
          requestId,
          responseCode,
          responseHeaders: kept,
          body: base64Encoded ? body : Buffer.from(body).toString('base64'),
        })
      }
      return cdp.post('Fetch.continueResponse', { requestId, responseCode, responseHeaders })
    }
    // Chromium's browser layer looks for an icon on its own; Electron has no such layer
    if (
      p.resourceType === 'Other' &&
      isCustom(url.slice(0, url.indexOf(':'))) &&
      new URL(url).pathname === '/favicon.ico'
    )
      return cdp.post('Fetch.fulfillRequest', { requestId, responseCode: 204 })
    const before = await s.webRequest.ask('onBeforeRequest', { ...base(), uploadData: undefined })
    if (before.cancel) return cdp.post('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' })
    if (before.redirectURL)
      return cdp.post('Fetch.fulfillRequest', {
        requestId,
        responseCode: 307,
        responseHeaders: [{ name: 'location', value: inner(before.redirectURL) }],
      })
    let headers: Record<string, string> = Object.fromEntries(
      Object.entries(p.request.headers as Record<string, string>).map(([k, v]) => [k, outer(v)]),
    )
    const sending = await s.webRequest.ask('onBeforeSendHeaders', { ...base(), requestHeaders: headers })
    if (sending.cancel) return cdp.post('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' })
    const changed = !!sending.requestHeaders
    if (changed) headers = sending.requestHeaders

    const scheme = url.slice(0, url.indexOf(':'))
    const handler = s.protocol.handlers.get(scheme)
    if (!handler) {
      if (isCustom(scheme)) return cdp.post('Fetch.failRequest', { requestId, errorReason: 'Failed' })
      return cdp.post('Fetch.continueRequest', { requestId, ...(changed ? { headers: toHeaderList(headers) } : {}) })
    }
    const method = p.request.method
    let body: BodyInit | undefined
    if (!['GET', 'HEAD'].includes(method)) {
      const parts: any[] = p.request.postDataEntries ?? []
      body = parts.length ? Buffer.concat(parts.map((x) => Buffer.from(x.bytes ?? '', 'base64'))) : p.request.postData
    }
    const request = new Request(url, { method, headers, body })
    const response = await handler(request)
    if (!(response instanceof Response)) throw new Error('the protocol handler returned no Response')
    if (response.type === 'error') return cdp.post('Fetch.failRequest', { requestId, errorReason: 'Failed' })
    let list: { name: string; value: string }[] = []
    response.headers.forEach((value, name) => {
      if (!['content-length', 'content-encoding', 'transfer-encoding'].includes(name)) list.push({ name, value })
    })
    const received = await s.webRequest.ask('onHeadersReceived', {
      ...base(),
      statusCode: response.status,
      statusLine: `HTTP/1.1 ${response.status} ${response.statusText}`,
      responseHeaders: toHeaderMap(list),
    })
    if (received.cancel) return cdp.post('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' })
    if (received.responseHeaders) list = toHeaderList(received.responseHeaders)
    list = list.map((h) =>
      isPolicy(h.name) ? { name: h.name, value: innerPolicy(h.value) } : { name: h.name, value: inner(h.value) },
    )
    const type = list.find((h) => h.name.toLowerCase() === 'content-type')?.value ?? ''
    let data = Buffer.from(await response.arrayBuffer())
    if (isText(type) && data.includes(`://`))
      data = Buffer.from(/html/.test(type) ? innerDocument(data.toString('utf8')) : inner(data.toString('utf8')))
    else if (/html/.test(type)) data = Buffer.from(innerDocument(data.toString('utf8')))
    cdp.post('Fetch.fulfillRequest', {
      requestId,
      responseCode: response.status,
      responseHeaders: list,
      body: data.toString('base64'),
    })
  } catch (e: any) {
    debug('request failed', url, String(e?.stack ?? e))
    process.stderr.write(`electron-on-chromium: ${url}: ${e?.message ?? e}\n`)
    cdp.post('Fetch.failRequest', { requestId, errorReason: 'Failed' })
  }
}

// --- session -------------------------------------------------------------------------
export class Session extends EventEmitter {
  readonly protocol = new Protocol()
  readonly webRequest = new WebRequest()
  permissionRequestHandler: ((wc: any, permission: string, cb: (ok: boolean) => void, details: any) => void) | null =
    null
  permissionCheckHandler: ((...a: any[]) => boolean) | null = null
  userAgent = ''
  #storage: () => string | null
  #root: () => Cdp | null
  constructor(storage: () => string | null, root: () => Cdp | null) {
    super()
    this.#storage = storage
    this.#root = root
  }
  setPermissionRequestHandler(h: any): void {
    this.permissionRequestHandler = h
  }
  /** Kept, and not asked: Chromium without Electron asks only for what is requested. A test can read it. */
  setPermissionCheckHandler(h: any): void {
    this.permissionCheckHandler = h
  }
  get storagePath(): string | null {
    return this.#storage()
  }
  getStoragePath(): string | null {
    return this.#storage()
  }
  isPersistent(): boolean {
    return true
  }
  getUserAgent(): string {
    return this.userAgent
  }
  setUserAgent(ua: string): void {
    this.userAgent = ua
  }
  fetch(input: any, init?: any): Promise<Response> {
    return netFetch(input, init)
  }
  async clearCache(): Promise<void> {}
  async clearHostResolverCache(): Promise<void> {}
  async clearAuthCache(): Promise<void> {}
  flushStorageData(): void {}
  async closeAllConnections(): Promise<void> {}
  async resolveProxy(): Promise<string> {
    return 'DIRECT'
  }
  setSpellCheckerEnabled(): void {}
  isSpellCheckerEnabled(): boolean {
    return false
  }
  async clearStorageData(o: any = {}): Promise<void> {
    if (!o.origin) throw new NotImplemented('session.clearStorageData without an origin')
    await this.#root()?.send('Storage.clearDataForOrigin', {
      origin: inner(o.origin),
      storageTypes: o.storages?.join(',') ?? 'all',
    })
  }
  readonly cookies: any = createCookies(this)
  root(): Cdp | null {
    return this.#root()
  }
}
function createCookies(s: Session) {
  const c = Object.assign(new EventEmitter(), {
    async get(filter: any = {}) {
      const { cookies } = await s.root()!.send('Storage.getCookies')
      return cookies
        .filter(
          (k: any) =>
            (!filter.name || k.name === filter.name) &&
            (!filter.url || new URL(filter.url).hostname.endsWith(k.domain.replace(/^\./, ''))) &&
            (!filter.domain || k.domain.endsWith(filter.domain)),
        )
        .map((k: any) => ({
          name: k.name,
          value: k.value,
          domain: k.domain,
          hostOnly: !k.domain.startsWith('.'),
          path: k.path,
          secure: k.secure,
          httpOnly: k.httpOnly,
          session: k.session,
          expirationDate: k.session ? undefined : k.expires,
          sameSite: { None: 'no_restriction', Lax: 'lax', Strict: 'strict' }[k.sameSite as string] ?? 'unspecified',
        }))
    },
    async set(k: any) {
      await s.root()!.send('Storage.setCookies', {
        cookies: [
          {
            name: k.name ?? '',
            value: k.value ?? '',
            url: k.url,
            domain: k.domain,
            path: k.path,
            secure: k.secure,
            httpOnly: k.httpOnly,
            expires: k.expirationDate,
          },
        ],
      })
    },
    async flushStore() {},
  })
  complete(c, 'Cookies', 'cookies')
  return c
}
complete(Session.prototype, 'Session', 'Session', 'instance', ['protocol', 'webRequest', 'cookies'])
watchEvents(Session.prototype, 'Session', 'Session', [])

let storage: () => string | null = () => null
let root: () => Cdp | null = () => null
export const setSessionHost = (s: () => string | null, r: () => Cdp | null): void => {
  storage = s
  root = r
}
export const defaultSession = new Session(
  () => storage(),
  () => root(),
)
export const sessionModule: any = {
  get defaultSession() {
    if (!appReady()) throw new Error('Session can only be received when app is ready')
    return defaultSession
  },
  fromPartition(name: string) {
    if (name === '') return this.defaultSession
    throw new NotImplemented(`session.fromPartition('${name}')`)
  },
}
complete(sessionModule, 'Session', 'session', 'static')
/** `protocol` and `net` of the module are those of the default session */
export const protocol = defaultSession.protocol
