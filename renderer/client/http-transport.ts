/** The transport of a browser page: calls over HTTP with a bearer token, events over a WebSocket of the same origin. */
import { MeshError } from '../../shared/contract/error.ts'
import { type ProcedureName, procedures } from '../../shared/contract/procedures.ts'
import { toHttp } from '../../shared/contract/procedure.ts'
import { openEventSocket } from './event-socket.ts'
import { readReply } from './read-reply.ts'
import type { MeshTransport } from './transport.ts'

export interface HttpTransportDeps {
  /** Such as `http://localhost:9180`. */
  readonly origin: string
  readonly fetch: typeof globalThis.fetch
  readonly openSocket: (url: string) => WebSocket
  readonly token: () => string | undefined
  /** The token was refused: whoever is signed in is not any more. */
  readonly onUnauthorized: () => void
  readonly timeoutMs?: number
}

/** Calls that start work: answered at once with an id, so that nothing hangs on an open request. */
const sends = new Set<string>(['messages.send', 'messages.send_to'])

export function createHttpTransport(deps: HttpTransportDeps): MeshTransport {
  const { timeoutMs = 30_000 } = deps
  return {
    async call(name, input) {
      const spec = procedures[name as ProcedureName]
      const http = toHttp(spec, input)
      const token = spec.scope === 'none' ? undefined : deps.token()
      const reply = await request(deps, timeoutMs, http.path, {
        method: http.method,
        headers: {
          accept: 'application/json',
          ...(http.body ? { 'content-type': 'application/json' } : {}),
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(sends.has(name) ? { prefer: 'respond-async' } : {}),
        },
        ...(http.body ? { body: JSON.stringify(http.body) } : {}),
      })
      try {
        return readReply(spec.output, reply.status, reply.body)
      } catch (error) {
        // A token that was replaced meanwhile says nothing about the one in use now.
        if (isUnauthorized(error) && token !== undefined && token === deps.token()) deps.onUnauthorized()
        throw error
      }
    },
    openFeed: (since, listener) =>
      openEventSocket({ origin: deps.origin, openSocket: deps.openSocket, token: deps.token() ?? '' }, since, listener),
  }
}

async function request(
  deps: HttpTransportDeps,
  timeoutMs: number,
  path: string,
  init: RequestInit,
): Promise<{ status: number; body: unknown }> {
  try {
    const response = await deps.fetch(new URL(path, deps.origin), {
      ...init,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await response.text()
    return { status: response.status, body: parse(text) }
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'TimeoutError') {
      throw new MeshError('timeout', `The coordinator did not answer within ${timeoutMs / 1_000} s.`, {
        cause,
        hint: 'Try again; nothing is sent twice.',
      })
    }
    throw new MeshError('coordinator_unreachable', 'The coordinator cannot be reached.', {
      cause,
      hint: 'Is it running? Start it with `claw-mesh up`.',
    })
  }
}

/** Undefined for an empty or broken body: the schema then says that it does not fit. */
function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

const isUnauthorized = (error: unknown): boolean => error instanceof MeshError && error.code === 'unauthorized'
