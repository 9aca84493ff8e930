/** One WebSocket to an OpenClaw gateway, from dialling to its close: handshake, calls, events, and noticing that it is dead. */
import type { checkServerIdentity } from 'node:tls'
import { type TSchema, type Static } from 'typebox'
import { type RawData, WebSocket } from 'ws'
import { isValid } from '../../contract/check.ts'
import { MeshError } from '../../contract/error.ts'
import type { Clock } from '../platform/clock.ts'
import type { GatewayTarget } from './find-openclaw.ts'
import { badReply, gatewayDown, refusal } from './rpc-errors.ts'
import { EventFrame, Hello, ResponseFrame } from './rpc-frames.ts'

export const maxFrameBytes = 25 * 1024 * 1024
/** A gateway that loads its parts greets late; whether it lives is asked of its probe meanwhile. */
const handshakeMs = 15_000
const pingEveryMs = 2_000
/** Pings without any sign of life; counted, not timed, so that a pause of our own process ends nothing. */
const pingsUntilDead = 3
const maxPending = 1_000

export interface SocketDeps {
  readonly clock: Clock
  readonly version: string
  readonly onEvent: (event: EventFrame) => void
  /** Whether a frame that starts like this has to be read at all; text frames carry the whole answer each time. */
  readonly isWanted: (head: string) => boolean
}

type OnResponse = (reply: ResponseFrame) => 'more' | 'done'

interface Pending {
  readonly onResponse: OnResponse
  readonly onClose: (error: MeshError) => void
}

export class RpcSocket {
  readonly #deps: SocketDeps
  readonly #socket: WebSocket
  readonly #pending = new Map<string, Pending>()
  readonly #closing = Promise.withResolvers<MeshError>()
  #hello: Hello | undefined
  #reason: MeshError | undefined
  #cancelPing: () => void = () => undefined
  #unanswered = 0
  #lastId = 0

  /** Resolves when the gateway has greeted us; rejects with what stands in the way. */
  static async dial(target: GatewayTarget, deps: SocketDeps, signal: AbortSignal): Promise<RpcSocket> {
    const socket = new RpcSocket(target, deps)
    const giveUp = (): void => socket.close(gatewayDown('claw-mesh is stopping'))
    signal.addEventListener('abort', giveUp)
    try {
      await socket.#greet(target)
      return socket
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }

  private constructor(target: GatewayTarget, deps: SocketDeps) {
    this.#deps = deps
    this.#socket = new WebSocket(target.url, {
      maxPayload: maxFrameBytes,
      handshakeTimeout: handshakeMs,
      perMessageDeflate: false,
      ...pinned(target),
    })
  }

  get hello(): Hello {
    if (!this.#hello) throw gatewayDown('the connection is not open yet')
    return this.#hello
  }

  /** Resolves with the reason once the connection has ended. */
  get closed(): Promise<MeshError> {
    return this.#closing.promise
  }

  close(reason: MeshError): void {
    this.#reason ??= reason
    this.#socket.terminate()
  }

  /** One request, one checked answer. */
  async request<S extends TSchema>(method: string, params: object, schema: S, timeoutMs: number): Promise<Static<S>> {
    const { promise, resolve, reject } = Promise.withResolvers<Static<S>>()
    const forget = this.call(method, params, {
      onResponse: (reply) => {
        if (!reply.ok)
          reject(reply.error ? refusal(method, reply.error) : badReply(`"${method}" failed without an error`))
        else if (isValid(schema, reply.payload)) resolve(reply.payload)
        else reject(badReply(`the reply to "${method}" has an unknown form`))
        return 'done'
      },
      onClose: reject,
    })
    const cancel = this.#deps.clock.after(timeoutMs, () => {
      reject(new MeshError('timeout', `The gateway did not answer "${method}" within ${timeoutMs} ms.`))
    })
    try {
      return await promise
    } finally {
      cancel()
      forget()
    }
  }

  /** A request that may be answered more than once. Returns what forgets it. */
  call(method: string, params: object, pending: Pending): () => void {
    const id = String(++this.#lastId)
    if (this.#socket.readyState !== WebSocket.OPEN || this.#pending.size >= maxPending) {
      pending.onClose(this.#reason ?? gatewayDown('the connection is closed'))
      return () => undefined
    }
    this.#pending.set(id, pending)
    this.#socket.send(JSON.stringify({ type: 'req', id, method, params }))
    return () => this.#pending.delete(id)
  }

  async #greet(target: GatewayTarget): Promise<void> {
    const challenged = Promise.withResolvers<undefined>()
    const socket = this.#socket
    socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary, () => challenged.resolve(undefined)))
    socket.on('pong', () => (this.#unanswered = 0))
    socket.on('ping', () => (this.#unanswered = 0))
    socket.on('error', (error) => (this.#reason ??= socketError(error)))
    socket.on('close', (code, reason) => this.#onClose(code, reason.toString()))
    const cancel = this.#deps.clock.after(handshakeMs, () => this.close(gatewayDown('it did not greet us in time')))
    const closed = this.closed.then((error) => Promise.reject(error))
    closed.catch(() => undefined)
    try {
      await Promise.race([challenged.promise, closed])
      const connect = this.request('connect', connectParams(target, this.#deps.version), Hello, handshakeMs)
      this.#hello = await connect
      this.#keepAlive()
    } catch (error) {
      this.close(MeshError.wrap(error))
      throw error
    } finally {
      cancel()
    }
  }

  #onMessage(data: RawData, isBinary: boolean, onChallenge: () => void): void {
    this.#unanswered = 0
    const bytes = Buffer.isBuffer(data) ? data : Buffer.from([])
    if (!isBinary && this.#hello && !this.#deps.isWanted(bytes.toString('latin1', 0, 320))) return
    const frame = isBinary ? undefined : parse(bytes)
    if (isValid(EventFrame, frame)) {
      if (frame.event === 'connect.challenge') onChallenge()
      else this.#deps.onEvent(frame)
    } else if (isValid(ResponseFrame, frame)) {
      const pending = this.#pending.get(frame.id)
      if (pending?.onResponse(frame) === 'done') this.#pending.delete(frame.id)
    } else {
      this.close(badReply('a frame that is neither response nor event'))
    }
  }

  #onClose(code: number, text: string): void {
    this.#cancelPing()
    const reason = this.#reason ?? closeReason(code, text)
    this.#reason = reason
    for (const pending of [...this.#pending.values()]) pending.onClose(reason)
    this.#pending.clear()
    this.#closing.resolve(reason)
  }

  #keepAlive(): void {
    this.#cancelPing = this.#deps.clock.after(pingEveryMs, () => {
      if (this.#unanswered++ >= pingsUntilDead) {
        this.close(gatewayDown('it does not answer any more'))
        return
      }
      if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping()
      this.#keepAlive()
    })
  }
}

function connectParams({ credential }: GatewayTarget, version: string): object {
  const { kind, ...auth } = credential
  return {
    minProtocol: 4,
    maxProtocol: 4,
    client: { id: 'gateway-client', version, platform: process.platform, mode: 'backend' },
    role: 'operator',
    scopes: ['operator.read', 'operator.write'],
    caps: ['tool-events'],
    ...(kind === 'none' ? {} : { auth }),
  }
}

/** Trusts exactly the gateway's own certificate, whatever name it carries, before a byte of ours leaves. */
export function pinned({ certificate }: Pick<GatewayTarget, 'certificate'>): object {
  if (!certificate) return {}
  const identity: typeof checkServerIdentity = (_host, cert) =>
    cert.fingerprint256 === certificate.fingerprint256 ? undefined : new Error('the certificate is not the pinned one')
  return { ca: certificate.pem, checkServerIdentity: identity }
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}

function closeReason(code: number, text: string): MeshError {
  if (code === 1012) return refusal('connection', { code: 'UNAVAILABLE', message: text })
  if (code === 1013)
    return refusal('connection', { code: 'UNAVAILABLE', message: text, details: { reason: 'startup-' } })
  return gatewayDown(`the connection ended (${code})`)
}

function socketError(error: Error): MeshError {
  const { code } = error as NodeJS.ErrnoException
  if (code?.startsWith('WS_ERR_'))
    return badReply(code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ? 'a frame over 25 MiB' : code, error)
  if (code === 'ECONNREFUSED') return gatewayDown('nothing listens on its port', error)
  return gatewayDown(code ?? error.message, error)
}
