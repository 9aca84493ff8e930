/** The one door for WebSockets: the same guards as for HTTP, then the link of a node agent, or the events of the mesh. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { MeshError } from '../../../../contract/error.ts'
import { maxFrameBytes } from '../../../../contract/limits.ts'
import type { Clock } from '../../../platform/clock.ts'
import type { Log } from '../../../platform/log.ts'
import type { CoordinatorServices } from '../../services.ts'
import { type Auth, authenticate, type AuthenticateDeps } from '../auth/authenticate.ts'
import type { ConnectionLimit } from '../connection-limit.ts'
import { asMeshError, routeNotFound } from '../error-reply.ts'
import { admit, type Guard, headersOf } from '../guards/guard.ts'
import { EventsDoor, type EventsLimits } from './events.ts'
import { answerRaw } from './raw-answer.ts'

export interface SocketDoorDeps {
  readonly services: CoordinatorServices
  readonly auth: Auth
  /** The list the HTTP doors have. */
  readonly guards: readonly Guard[]
  readonly connections?: ConnectionLimit | undefined
  readonly clock: Clock
  readonly log: Log
  readonly eventsLimits?: Partial<EventsLimits> | undefined
}

/** What the page sends: its token, and ids of messages. */
const maxEventsFrameBytes = 4 * 1_024
const common = { noServer: true, perMessageDeflate: false, clientTracking: false } as const

export class SocketDoor {
  readonly #deps: SocketDoorDeps
  readonly #events: EventsDoor
  readonly #agentServer = new WebSocketServer({ ...common, maxPayload: maxFrameBytes })
  readonly #eventsServer = new WebSocketServer({ ...common, maxPayload: maxEventsFrameBytes })
  #stopped = false

  constructor(deps: SocketDoorDeps) {
    this.#deps = deps
    this.#events = new EventsDoor({ ...deps, limits: deps.eventsLimits })
    for (const server of [this.#agentServer, this.#eventsServer]) {
      server.on('wsClientError', (cause, socket) => {
        this.#refuse(socket, new MeshError('invalid_input', 'upgrade: is not a valid WebSocket handshake.', { cause }))
      })
    }
  }

  /** For the `upgrade` event of an HTTP server. */
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    this.#open(request, socket, head).catch((thrown: unknown) => {
      const error = asMeshError(thrown)
      if (error.code === 'internal') this.#deps.log.error({ err: error.cause ?? error }, 'upgrade failed')
      this.#refuse(socket, error)
    })
  }

  /** Closes the event sockets; links are closed by whoever took them over. */
  stop(): void {
    this.#stopped = true
    this.#events.stop()
  }

  async #open(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (this.#stopped) throw new MeshError('draining', 'The coordinator is stopping.', { hint: 'Try again shortly.' })
    admit(this.#deps.guards, request)
    switch (request.url?.split('?', 1)[0]) {
      case '/ws/agent': {
        const nodeId = await this.#nodeOf(request)
        const link = await upgrade(this.#agentServer, request, socket, head)
        this.#deps.services.links.acceptLink(link, nodeId)
        return
      }
      case '/ws/events': {
        // A browser cannot send the header; it shows its token in the first frame.
        const caller = request.headers.authorization === undefined ? undefined : await this.#authenticate(request)
        this.#events.admit(caller)
        const events = await upgrade(this.#eventsServer, request, socket, head)
        this.#events.open(events, request, caller)
        return
      }
      default:
        throw routeNotFound()
    }
  }

  async #nodeOf(request: IncomingMessage): Promise<string> {
    const caller = await this.#authenticate(request)
    if (caller.scope !== 'node' || caller.nodeId === undefined) {
      throw new MeshError('forbidden', `This token has scope ${caller.scope}; a link needs the token of a node.`, {
        hint: 'Register first (POST /api/v1/nodes/register); the answer holds the node’s token.',
      })
    }
    return this.#registered(caller.nodeId)
  }

  #registered(nodeId: string): string {
    try {
      return this.#deps.services.nodes.get(nodeId).id
    } catch (cause) {
      throw new MeshError('node_removed', 'This node was removed from the mesh.', {
        cause,
        hint: 'Join again with `claw-mesh join` if that was not meant.',
      })
    }
  }

  #authenticate(request: IncomingMessage) {
    const deps: AuthenticateDeps = this.#deps
    return authenticate(deps, request)
  }

  #refuse(socket: Duplex, error: MeshError): void {
    answerRaw(socket, error, { headers: headersOf(this.#deps.guards) })
  }
}

/** Does not settle when the handshake is refused: the answer was given then, and nothing waits for this. */
const upgrade = (server: WebSocketServer, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<WebSocket> =>
  new Promise((resolve) => server.handleUpgrade(request, socket, head, resolve))
