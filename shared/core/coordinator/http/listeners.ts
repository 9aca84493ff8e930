/** Opens the coordinator's port: plain HTTP on this machine's own addresses. Listeners for the network stand beside these. */
import { createServer, type Server, type ServerOptions } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { MeshError } from '../../../contract/error.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { ConnectionLimit } from './connection-limit.ts'
import type { SocketDoor } from './sockets/upgrade.ts'
import { answerRaw } from './sockets/raw-answer.ts'

export interface ListenersDeps {
  readonly app: Pick<FastifyInstance, 'routing'>
  readonly sockets: Pick<SocketDoor, 'handle'>
  readonly connections: ConnectionLimit
  /** 0 takes any free one. */
  readonly port: number
  readonly clock: Clock
  readonly log: Log
}

/** All of them are about what a client sends, none about how long an answer may take. */
const guards: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 10_000,
  maxHeaderSize: 16 * 1_024,
  requireHostHeader: true,
  // Anything else (h2c) is served as the plain request it also is.
  shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
}
const maxConnections = 4_096
const portTries = 10

export class Listeners {
  readonly #deps: ListenersDeps
  #servers: Server[] = []
  readonly #open = new Set<Socket>()

  constructor(deps: ListenersDeps) {
    this.#deps = deps
  }

  /** Resolves to the port. Throws `port_in_use`. */
  async start(): Promise<number> {
    for (let tried = 1; ; tried++) {
      const port = await this.#listen('127.0.0.1', this.#deps.port)
      try {
        await this.#listen('::1', port)
        return port
      } catch (error) {
        if (hasNoAddress(error)) {
          this.#deps.log.debug({}, 'this machine has no ::1')
          return port
        }
        await this.stop(0)
        // Any free port was asked for, and this one is free on one address only.
        if (this.#deps.port !== 0 || tried === portTries) throw error
      }
    }
  }

  /** Takes no more connections; those that are still open after `graceMs` are cut. */
  async stop(graceMs = 2_000): Promise<void> {
    const servers = this.#servers
    this.#servers = []
    const closed = Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    for (const server of servers) server.closeIdleConnections()
    const cut = (): void => {
      for (const socket of this.#open) socket.destroy()
    }
    const cancelTimer = this.#deps.clock.after(graceMs, cut)
    if (graceMs === 0) cut()
    await closed
    cancelTimer()
  }

  async #listen(host: string, port: number): Promise<number> {
    const { app, sockets } = this.#deps
    const server = createServer(guards, (request, response) => app.routing(request, response))
    server.maxConnections = maxConnections
    server.on('connection', (socket) => this.#opened(socket))
    server.on('upgrade', (request, socket, head) => sockets.handle(request, socket, head))
    server.on('clientError', answerUnreadable)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port, exclusive: true }, () => {
        server.off('error', reject)
        resolve()
      })
    }).catch((error: unknown) => {
      throw whyNot(error, port)
    })
    server.on('error', (error) => this.#deps.log.error({ err: error, host }, 'listener failed'))
    this.#servers.push(server)
    return (server.address() as AddressInfo).port
  }

  #opened(socket: Socket): void {
    this.#open.add(socket)
    socket.once('close', () => this.#open.delete(socket))
    this.#deps.connections.opened(socket)
  }
}

const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException).code
const hasNoAddress = (error: unknown): boolean => codeOf(error) === 'EADDRNOTAVAIL' || codeOf(error) === 'EAFNOSUPPORT'

function whyNot(error: unknown, port: number): unknown {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new MeshError('port_in_use', `Port ${port} is already in use on this machine.`, {
        cause: error,
        hint: `Take another one: claw-mesh up --port ${port === 65_535 ? port - 1 : port + 1}`,
        details: { port },
      })
    case 'EACCES':
      return new MeshError(
        'settings_invalid',
        `coordinator.port: the system does not let this user open port ${port}.`,
        {
          cause: error,
          hint: 'Take one above 1023: claw-mesh up --port 9180',
          details: { port },
        },
      )
    default:
      return error
  }
}

/** What is not HTTP, has too long a head, or does not come to an end. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Parameters<typeof answerRaw>[0]): void {
  if (error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const [status, problem] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'its headers are too long']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'it did not come to an end in time']
        : [400, 'it is not valid HTTP']
  answerRaw(socket, new MeshError('invalid_input', `request: ${problem}.`, { details: { field: 'request' } }), {
    status,
  })
}
