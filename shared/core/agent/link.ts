/** One link: one WebSocket from dialling to its end. Redialling is `link-client.ts`, what frames mean is `runner.ts`. */
import type { IncomingMessage } from 'node:http'
import WebSocket, { type ClientOptions, type RawData } from 'ws'
import { isValid } from '../../contract/check.ts'
import { type ErrorBody, ErrorEnvelope, MeshError } from '../../contract/error.ts'
import { linkDeadAfterMs, maxFrameBytes } from '../../contract/limits.ts'
import type { AgentFrame, CoordinatorFrame, Hello, Reject, Welcome } from '../../contract/link.ts'
import { readCoordinatorFrame } from '../../contract/read-frame.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { Liveness } from './liveness.ts'

export type WorkFrame = Exclude<CoordinatorFrame, Welcome | Reject>

/** The link as those who send over it see it; sending over one that has ended does nothing. */
export interface Link {
  send(frame: AgentFrame): void
  /** Too much is waiting to be written; what can be merged or put off should be. */
  readonly congested: boolean
  /** True once there is room again, false when the link has ended. */
  room(): Promise<boolean>
}

export interface LinkHandlers {
  welcome(link: Link, welcome: Welcome): void
  frame(link: Link, frame: WorkFrame): void
  /** There is room again after `congested`. */
  relieved(link: Link): void
}

export type LinkEnd =
  /** Answered by HTTP in place of the upgrade. */
  | { readonly type: 'refused'; readonly status: number; readonly error: ErrorBody | undefined }
  | { readonly type: 'rejected'; readonly error: ErrorBody; readonly final: boolean }
  | { readonly type: 'unreachable'; readonly cause: unknown }
  | { readonly type: 'lost'; readonly why: string }

export type Connect = (url: string, options: ClientOptions) => WebSocket
export const connectWebSocket: Connect = (url, options) => new WebSocket(url, options)

export interface LinkOptions {
  readonly url: string
  readonly token: string
  /** Made when the socket is open, so that it says how things are then. */
  readonly hello: () => Hello
  readonly handlers: LinkHandlers
  readonly connect: Connect
  readonly clock: Clock
  readonly log: Log
  /** Ends the link in good order. */
  readonly signal: AbortSignal
}

const congestedBytes = 1024 * 1024
const closeWithinMs = 1_000
const maxRefusalBytes = 64 * 1024

export class SocketLink implements Link {
  readonly #options: LinkOptions
  readonly #liveness: Liveness
  readonly #waiting = new Set<(room: boolean) => void>()
  #socket: WebSocket | undefined
  #end: LinkEnd | undefined
  #welcomed = false
  #wasCongested = false
  #cancelTimer: () => void = () => undefined

  constructor(options: LinkOptions) {
    this.#options = options
    this.#liveness = new Liveness({
      clock: options.clock,
      ping: () => this.#open?.ping(),
      dead: () => this.#abandon('nothing was heard for 8 s'),
    })
  }

  /** Dials and stays until the link has ended; says how it ended. Never rejects. */
  run(): Promise<LinkEnd> {
    const { url, token, connect, signal } = this.#options
    return new Promise((resolve) => {
      const socket = connect(url, {
        headers: { authorization: `Bearer ${token}` },
        perMessageDeflate: false,
        maxPayload: maxFrameBytes,
        followRedirects: false,
      })
      this.#socket = socket
      const leave = (): void => this.#close(1000, 'bye')
      socket.on('open', () => this.#opened())
      socket.on('message', (data, isBinary) => this.#received(data, isBinary))
      socket.on('ping', () => this.#heard())
      socket.on('pong', () => this.#heard())
      socket.on('unexpected-response', (_request, response) => void this.#refused(response))
      socket.on('error', (cause) => {
        this.#end ??= this.#welcomed ? { type: 'lost', why: cause.message } : { type: 'unreachable', cause }
      })
      socket.on('close', (code) => {
        this.#liveness.stop()
        this.#cancelTimer()
        signal.removeEventListener('abort', leave)
        this.#tell(false)
        resolve(this.#end ?? { type: 'lost', why: `closed with code ${code}` })
      })
      signal.addEventListener('abort', leave)
      // Counts from here, so that it also ends a dial that leads nowhere.
      this.#liveness.heard()
      if (signal.aborted) leave()
    })
  }

  get welcomed(): boolean {
    return this.#welcomed
  }

  get congested(): boolean {
    const socket = this.#open
    if (!socket || socket.bufferedAmount < congestedBytes) return false
    this.#wasCongested = true
    return true
  }

  send(frame: AgentFrame): void {
    this.#open?.send(JSON.stringify(frame), () => this.#written())
  }

  room(): Promise<boolean> {
    if (!this.#open) return Promise.resolve(false)
    if (!this.congested) return Promise.resolve(true)
    return new Promise((resolve) => this.#waiting.add(resolve))
  }

  /** The socket while frames can be sent. */
  get #open(): WebSocket | undefined {
    return this.#end === undefined && this.#socket?.readyState === WebSocket.OPEN ? this.#socket : undefined
  }

  #opened(): void {
    this.#heard()
    this.#cancelTimer = this.#options.clock.after(linkDeadAfterMs, () => this.#abandon('no welcome within 8 s'))
    this.#guarded(() => this.send(this.#options.hello()))
  }

  #heard(): void {
    if (this.#end === undefined) this.#liveness.heard()
  }

  #received(data: RawData, isBinary: boolean): void {
    if (this.#end !== undefined) return
    this.#heard()
    this.#guarded(() => {
      if (isBinary) throw new MeshError('bad_frame', 'frame: is binary; the link carries JSON text.')
      this.#take(readCoordinatorFrame((data as Buffer).toString('utf8')))
    })
  }

  /** Nothing thrown on the way of a frame may end the process; it ends this link. */
  #guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      const problem = MeshError.wrap(error)
      // What a parser says repeats a piece of the text; only our own faults are logged whole.
      const cause = problem.code === 'internal' ? { err: problem.cause } : {}
      const fields = { code: problem.code, problem: problem.message, ...cause }
      this.#options.log.warn(fields, 'a frame could not be taken; the link is closed and dialled again')
      this.#end = { type: 'lost', why: problem.message }
      this.#close(problem.code === 'bad_frame' ? 1008 : 1011, problem.code)
    }
  }

  #take(frame: CoordinatorFrame): void {
    const { handlers } = this.#options
    if (frame.type === 'reject') {
      this.#end = { type: 'rejected', error: frame.error, final: frame.final }
      this.#close(1000, frame.error.code)
    } else if (frame.type === 'welcome') {
      if (this.#welcomed) throw new MeshError('bad_frame', 'type: a second welcome on one link.')
      this.#welcomed = true
      this.#cancelTimer()
      handlers.welcome(this, frame)
    } else if (this.#welcomed) {
      handlers.frame(this, frame)
    } else {
      throw new MeshError('bad_frame', `type: ${frame.type} came before welcome.`)
    }
  }

  async #refused(response: IncomingMessage): Promise<void> {
    const error = await readRefusal(response)
    this.#end ??= { type: 'refused', status: response.statusCode ?? 0, error }
    this.#socket?.terminate()
  }

  #written(): void {
    if (!this.#wasCongested || this.congested) return
    this.#wasCongested = false
    this.#tell(true)
    if (this.#open) this.#options.handlers.relieved(this)
  }

  #tell(room: boolean): void {
    for (const resolve of this.#waiting) resolve(room)
    this.#waiting.clear()
  }

  #abandon(why: string): void {
    this.#end ??= this.#welcomed ? { type: 'lost', why } : { type: 'unreachable', cause: new Error(why) }
    this.#socket?.terminate()
  }

  /** Says goodbye and does not wait long for the answer. */
  #close(code: number, reason: string): void {
    const socket = this.#socket
    this.#liveness.stop()
    this.#cancelTimer()
    this.#cancelTimer = this.#options.clock.after(closeWithinMs, () => socket?.terminate())
    if (socket?.readyState === WebSocket.CONNECTING) socket.terminate()
    else socket?.close(code, reason)
  }
}

/** The typed error in an HTTP answer, if it holds one. */
async function readRefusal(response: IncomingMessage): Promise<ErrorBody | undefined> {
  let text = ''
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      text += String(chunk)
      if (text.length > maxRefusalBytes) return undefined
    }
    const value: unknown = JSON.parse(text)
    return isValid(ErrorEnvelope, value) ? value.error : undefined
  } catch {
    return undefined
  }
}
