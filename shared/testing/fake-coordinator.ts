/** The coordinator as a node agent meets it, over real sockets on a free port; a test decides every answer. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { ErrorBody } from '../contract/error.ts'
import { linkProtocol, maxFrameBytes } from '../contract/limits.ts'
import type { AgentFrame, CoordinatorFrame, Hello } from '../contract/link.ts'
import type { RegisterNode } from '../contract/node.ts'
import { readAgentFrame } from '../contract/read-frame.ts'
import { Arrivals } from './arrivals.ts'

type FrameOf<T extends AgentFrame['type']> = Extract<AgentFrame, { type: T }>

export class FakeLink {
  readonly socket: WebSocket
  /** Of the upgrade's Authorization header. */
  readonly token: string
  /** Every frame that came, in order, taken or not. */
  readonly log: AgentFrame[] = []
  readonly closed: Promise<{ code: number; reason: string }>
  readonly #frames = new Arrivals<AgentFrame>()

  constructor(socket: WebSocket, token: string) {
    this.socket = socket
    this.token = token
    socket.on('message', (data: Buffer) => {
      // A frame that does not fit the contract fails the test that caused it.
      const frame = readAgentFrame(data.toString('utf8'))
      this.log.push(frame)
      this.#frames.push(frame)
    })
    this.closed = new Promise((resolve) =>
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    )
  }

  /** The next frame of this type that no one has taken. */
  async next<T extends AgentFrame['type']>(type: T): Promise<FrameOf<T>> {
    return (await this.#frames.next((frame) => frame.type === type)) as FrameOf<T>
  }

  send(frame: CoordinatorFrame): void {
    this.socket.send(JSON.stringify(frame))
  }

  async welcome(name?: string): Promise<Hello> {
    const hello = await this.next('hello')
    this.send({
      type: 'welcome',
      protocol: linkProtocol,
      coordinator_boot_id: 'boot-1',
      node_id: hello.node_id,
      name: name ?? hello.name,
      version: '0.1.0',
    })
    return hello
  }

  /** Hands an attempt over up to `start`. */
  async handOver(message_id: string, attempt = 1): Promise<void> {
    this.send(anOffer(message_id, attempt))
    await this.next('accept')
    this.send({ type: 'start', message_id, attempt })
  }

  /** All parts of the next result, joined. */
  async result(): Promise<FrameOf<'result'>> {
    const first = await this.next('result')
    let text = first.text
    for (let part = 1; part < first.parts; part++) text += (await this.next('result')).text
    return { ...first, text }
  }

  /** As a cable that was pulled. */
  cut(): void {
    this.socket.terminate()
  }
}

export const anOffer = (message_id: string, attempt = 1): Extract<CoordinatorFrame, { type: 'offer' }> => ({
  type: 'offer',
  message_id,
  attempt,
  content: 'What time is it?',
  context: [],
  session: '0123456789abcdef0123456789abcdef',
  timeout_s: 3_600,
  source: 'api',
  sender: 'tester',
})

export interface Registration {
  readonly token: string | undefined
  readonly body: RegisterNode
}

interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Record<string, string>
}

export const errorAnswer = (status: number, error: ErrorBody): Answer => ({ status, body: { error } })

export class FakeCoordinator {
  readonly links = new Arrivals<FakeLink>()
  readonly registrations: Registration[] = []
  /** Tokens given out, `token-1` first. */
  register: (registration: Registration) => Answer | Promise<Answer> = ({ body }) => ({
    status: 201,
    body: { node_id: body.proposed_id ?? 'node-x', name: body.name, token: `token-${this.registrations.length}` },
  })
  remove: (nodeId: string, token: string | undefined) => Answer = () => ({ status: 204, body: '' })
  /** An answer in place of the upgrade; `hang` for none at all. */
  refuse: (token: string) => Answer | 'hang' | undefined = () => undefined
  /** False: pings are read and not answered, as on a line that is dead in one direction. */
  answersPings = true
  readonly port: number
  readonly #server: Server
  readonly #sockets = new Set<Duplex>()

  private constructor(server: Server) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    server.on('request', (request, response) => {
      void this.#answer(request).then(({ status, body, headers }) => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers })
        response.end(typeof body === 'string' ? body : JSON.stringify(body))
      })
    })
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  static async start(port = 0): Promise<FakeCoordinator> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    return new FakeCoordinator(server)
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** The next link, welcomed. */
  async linked(name?: string): Promise<FakeLink> {
    const link = await this.links.next()
    await link.welcome(name)
    return link
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
    const removed = /^\/api\/v1\/nodes\/([^/]+)$/.exec(request.url ?? '')?.[1]
    if (request.method === 'DELETE' && removed !== undefined) return this.remove(removed, bearer(request))
    if (request.method !== 'POST' || request.url !== '/api/v1/nodes/register') return { status: 404, body: 'Not found' }
    const registration = { token: bearer(request), body: JSON.parse(text) as RegisterNode }
    this.registrations.push(registration)
    return this.register(registration)
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const token = bearer(request) ?? ''
    const refusal = request.url === '/ws/agent' ? this.refuse(token) : { status: 404, body: 'Not found' }
    if (refusal === 'hang') return
    if (refusal) {
      const body = typeof refusal.body === 'string' ? refusal.body : JSON.stringify(refusal.body)
      const headers = Object.entries({ 'content-length': Buffer.byteLength(body), ...refusal.headers })
      const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
      socket.end(`HTTP/1.1 ${refusal.status} Refused\r\n${lines}\r\n${body}`)
      return
    }
    const upgrader = new WebSocketServer({
      noServer: true,
      autoPong: this.answersPings,
      perMessageDeflate: false,
      maxPayload: maxFrameBytes,
    })
    upgrader.handleUpgrade(request, socket, head, (ws) => this.links.push(new FakeLink(ws, token)))
  }
}

const bearer = (request: IncomingMessage): string | undefined =>
  /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
