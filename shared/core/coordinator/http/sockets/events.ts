/** `ws /ws/events`: who may listen, from where, and that no listener holds up the mesh or outlives its token. */
import type { IncomingMessage } from 'node:http'
import type { RawData, WebSocket } from 'ws'
import { check } from '../../../../contract/check.ts'
import { MeshError } from '../../../../contract/error.ts'
import { eventsClose, EventsHello, type EventsProblem, type EventsWelcome } from '../../../../contract/event.ts'
import { type Caller, requireScope } from '../../caller.ts'
import type { CoordinatorServices } from '../../services.ts'
import type { Clock } from '../../../platform/clock.ts'
import type { Log } from '../../../platform/log.ts'
import { acceptToken, type AuthenticateDeps } from '../auth/authenticate.ts'
import { EventsSocket } from './events-socket.ts'
import { readJson } from './read-json.ts'

export interface EventsLimits {
  readonly maxSockets: number
  /** Bytes that may wait to be sent on one socket. */
  readonly maxWaitingBytes: number
}

export interface EventsDeps extends AuthenticateDeps {
  readonly services: Pick<CoordinatorServices, 'events' | 'messages'>
  readonly clock: Clock
  readonly log: Log
  readonly limits?: Partial<EventsLimits> | undefined
}

const authWithinMs = 3_000
/** A peer that went away without a word is noticed within two of these. */
const pingEveryMs = 30_000
const defaultLimits: EventsLimits = { maxSockets: 256, maxWaitingBytes: 8 * 1_048_576 }

export class EventsDoor {
  readonly #deps: EventsDeps
  readonly #limits: EventsLimits
  readonly #open = new Set<WebSocket>()

  constructor(deps: EventsDeps) {
    this.#deps = deps
    this.#limits = { ...defaultLimits, ...deps.limits }
  }

  /** Before the handshake: may this caller listen, and is there room? */
  admit(caller: Caller | undefined): void {
    if (caller) requireScope(caller, 'viewer')
    if (this.#open.size < this.#limits.maxSockets) return
    throw new MeshError('rate_limited', 'Too many programs listen to events already.', {
      hint: 'Close pages and programs that need not listen.',
      details: { retry_after_s: 10 },
    })
  }

  open(socket: WebSocket, request: IncomingMessage, caller: Caller | undefined): void {
    this.#open.add(socket)
    const cleanups: (() => void)[] = [this.#keepAlive(socket)]
    socket.on('error', () => socket.terminate())
    socket.once('close', () => {
      this.#open.delete(socket)
      for (const clean of cleanups) clean()
    })
    const listen = (who: Caller): void => void cleanups.push(this.#listen(socket, request, who))
    if (caller) listen(caller)
    else cleanups.push(this.#awaitToken(socket, request, listen))
  }

  stop(): void {
    for (const socket of this.#open) this.#close(socket, 'going_away')
  }

  #awaitToken(socket: WebSocket, request: IncomingMessage, listen: (caller: Caller) => void): () => void {
    socket.once('message', (data: RawData, isBinary: boolean) => {
      cancelTimer()
      try {
        const hello = check(EventsHello, readJson(data, isBinary), { what: 'auth frame', code: 'bad_frame' })
        const caller = acceptToken(this.#deps, request, hello.token)
        requireScope(caller, 'viewer')
        listen(caller)
      } catch (error) {
        this.#refuse(socket, error)
      }
    })
    const cancelTimer = this.#deps.clock.after(authWithinMs, () => {
      this.#refuse(socket, new MeshError('timeout', 'No token came within 3 s.', { hint: 'Send an auth frame first.' }))
    })
    return cancelTimer
  }

  /** Returns what ends the listening. */
  #listen(socket: WebSocket, request: IncomingMessage, caller: Caller): () => void {
    const { services, auth, log } = this.#deps
    const listener = new EventsSocket({
      socket,
      messages: services.messages,
      events: services.events,
      log,
      onTooSlow: () => this.#close(socket, 'too_slow'),
      onBadFrame: (error) => this.#refuse(socket, error),
      maxWaitingBytes: this.#limits.maxWaitingBytes,
    })
    const stopWatchingToken = auth.tokens.onEnd((hash) => {
      if (hash !== caller.tokenHash) return
      this.#refuse(socket, new MeshError('unauthorized', 'The token of this socket is no longer valid.'))
    })
    const { backlog, ...welcome } = standing(services.events, request.url ?? '')
    listener.start(welcome, backlog)
    return () => {
      stopWatchingToken()
      listener.stop()
    }
  }

  #refuse(socket: WebSocket, thrown: unknown): void {
    const error = MeshError.wrap(thrown)
    if (error.code === 'internal') this.#deps.log.error({ err: error.cause ?? error }, 'events socket failed')
    const problem: EventsProblem = { type: 'error', error: error.toBody() }
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(problem))
    this.#close(
      socket,
      error.code === 'bad_frame' ? 'bad_frame' : error.code === 'timeout' ? 'timeout' : 'unauthorized',
    )
  }

  #close(socket: WebSocket, reason: keyof typeof eventsClose): void {
    socket.close(eventsClose[reason], reason)
    // One that does not read does not answer the close either.
    const cancelTimer = this.#deps.clock.after(1_000, () => socket.terminate())
    socket.once('close', cancelTimer)
  }

  #keepAlive(socket: WebSocket): () => void {
    let heard = true
    let cancelTimer = (): void => undefined
    const round = (): void => {
      cancelTimer = this.#deps.clock.after(pingEveryMs, () => {
        if (!heard) {
          socket.terminate()
          return
        }
        heard = false
        socket.ping()
        round()
      })
    }
    socket.on('pong', () => (heard = true))
    round()
    return () => cancelTimer()
  }
}

/** Where the stream stands, and what the listener missed since `?since=<boot_id>:<seq>`. */
function standing(events: CoordinatorServices['events'], url: string) {
  const at = { boot_id: events.bootId, seq: events.seq }
  const since = new URLSearchParams(url.split('?', 2)[1]).get('since')
  if (since === null) return { type: 'hello', ...at, backlog: [] } as const
  const [, bootId, seq] = /^(.+):(\d{1,15})$/.exec(since) ?? []
  const backlog = bootId === events.bootId ? events.since(Number(seq)) : null
  const type: EventsWelcome['type'] = backlog ? 'hello' : 'gap'
  return { type, ...at, backlog: backlog ?? [] }
}
