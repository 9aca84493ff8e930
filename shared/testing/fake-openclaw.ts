/** An OpenClaw gateway that a test scripts: it speaks protocol 4 on a real socket, and misbehaves on request. */
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { Arrivals } from './arrivals.ts'

type Params = Record<string, unknown>
type Answer = (params: Params) => unknown

/** What a gateway answers when it refuses a call. */
export class FakeRefusal {
  readonly error: object
  constructor(error: object) {
    this.error = error
  }
}

/** One `agent` call, answered by hand. */
export class FakeRun {
  readonly params: Params
  readonly #socket: WebSocket
  readonly #id: string
  readonly #owner: FakeOpenClaw
  #text = ''

  constructor(owner: FakeOpenClaw, socket: WebSocket, id: string, params: Params) {
    this.#owner = owner
    this.#socket = socket
    this.#id = id
    this.params = params
  }

  get runId(): string {
    return String(this.params['idempotencyKey'])
  }

  accept(): this {
    return this.reply({ runId: this.runId, status: 'accepted' })
  }
  started(): this {
    return this.event('agent', { stream: 'lifecycle', data: { phase: 'start' } })
  }
  say(deltaText: string): this {
    this.#text += deltaText
    return this.event('chat', { state: 'delta', deltaText, message: this.#message() })
  }
  tool(name: string, phase: string): this {
    return this.event('agent', { stream: 'tool', data: { name, phase } })
  }
  finish(payloadText = this.#text): this {
    this.event('chat', { state: 'final', message: this.#message() })
    const usage = { input: 7, output: 3 }
    return this.reply({
      runId: this.runId,
      status: 'ok',
      result: { payloads: [{ text: payloadText }], meta: { agentMeta: { usage } } },
    })
  }
  /** As after `sessions.abort`. */
  aborted(): this {
    this.event('chat', { state: 'aborted', message: this.#message() })
    return this.reply({ runId: this.runId, status: 'timeout', summary: 'aborted', stopReason: 'rpc' })
  }
  reply(payload: unknown): this {
    this.#owner.send(this.#socket, { type: 'res', id: this.#id, ok: true, payload })
    return this
  }
  refuse(error: object, payload?: object): this {
    this.#owner.send(this.#socket, { type: 'res', id: this.#id, ok: false, error, payload })
    return this
  }
  /** To whoever is connected now. */
  event(event: string, payload: object): this {
    this.#owner.broadcast({ type: 'event', event, payload: { runId: this.runId, ...payload } })
    return this
  }

  #message(): object {
    return { role: 'assistant', content: [{ type: 'text', text: this.#text }] }
  }
}

export class FakeOpenClaw {
  token = 'the-token'
  bootId = 'boot-1'
  ready: { status: number; body: object } = { status: 200, body: { ready: true, failing: [] } }
  /** By method; a FakeRefusal becomes `ok: false`. */
  readonly answers: Record<string, Answer>
  readonly runs = new Arrivals<FakeRun>()
  readonly aborts = new Arrivals<Params>()
  /** Parameters of every `connect` that came. */
  readonly connects = new Arrivals<Params>()
  #server = http.createServer()
  #sockets: WebSocketServer | undefined
  #port = 0

  constructor() {
    this.answers = {
      'diagnostics.lanes': () => ({
        lanes: [{ lane: 'main', activeCount: 1, queuedCount: 2, maxConcurrent: 8 }],
        dynamic: { queuedCount: 3 },
      }),
      'skills.status': () => ({ skills: [] }),
      'agent.wait': ({ runId }) => ({ runId, status: 'timeout' }),
      'chat.history': () => ({ messages: [] }),
      'sessions.abort': () => ({ ok: true, status: 'aborted' }),
    }
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#port}`
  }

  /** Again on the same port after `stop()`. */
  async start(): Promise<void> {
    this.#server = http.createServer((_request, response) => {
      response.writeHead(this.ready.status, { 'content-type': 'application/json' }).end(JSON.stringify(this.ready.body))
    })
    this.#sockets = new WebSocketServer({ server: this.#server, perMessageDeflate: false })
    this.#sockets.on('connection', (socket) => this.#greet(socket))
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#port = (this.#server.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    this.drop()
    this.#sockets?.close()
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  /** Breaks every connection without a goodbye. */
  drop(): void {
    for (const socket of this.#clients()) socket.terminate()
  }

  close(code: number, reason: string): void {
    for (const socket of this.#clients()) socket.close(code, reason)
  }

  /** Half-open: the sockets stay, nothing is read or answered any more. */
  freeze(): void {
    for (const socket of this.#clients()) socket.pause()
  }

  raw(data: string | Buffer): void {
    for (const socket of this.#clients()) socket.send(data)
  }

  send(socket: WebSocket, frame: object): void {
    socket.send(JSON.stringify(frame))
  }

  broadcast(frame: object): void {
    this.raw(JSON.stringify(frame))
  }

  #clients(): WebSocket[] {
    return [...(this.#sockets?.clients ?? [])]
  }

  #greet(socket: WebSocket): void {
    this.send(socket, { type: 'event', event: 'connect.challenge', payload: { nonce: 'n', ts: 1 } })
    socket.on('message', (data: Buffer) => {
      const { id, method, params } = JSON.parse(data.toString()) as { id: string; method: string; params: Params }
      if (method === 'connect') this.#connect(socket, id, params)
      else if (method === 'agent') this.runs.push(new FakeRun(this, socket, id, params))
      else this.#answer(socket, id, method, params)
    })
  }

  #connect(socket: WebSocket, id: string, params: Params): void {
    this.connects.push(params)
    const { token } = (params['auth'] ?? {}) as { token?: string }
    if (token === this.token) {
      const server = { version: '2026.9.6', bootId: this.bootId }
      this.send(socket, { type: 'res', id, ok: true, payload: { type: 'hello-ok', protocol: 4, server } })
      return
    }
    const error = { code: 'INVALID_REQUEST', message: 'unauthorized', details: { code: 'AUTH_TOKEN_MISMATCH' } }
    this.send(socket, { type: 'res', id, ok: false, error })
    socket.close(1008, 'unauthorized')
  }

  #answer(socket: WebSocket, id: string, method: string, params: Params): void {
    if (method === 'sessions.abort') this.aborts.push(params)
    const payload = this.answers[method]?.(params)
    if (payload instanceof FakeRefusal) this.send(socket, { type: 'res', id, ok: false, error: payload.error })
    else if (payload !== undefined) this.send(socket, { type: 'res', id, ok: true, payload })
  }
}
