/** Calls procedures of a coordinator over HTTP; routes come from the contract's table, errors get their class back. */
import { check, isValid } from '../../contract/check.ts'
import { ErrorEnvelope, MeshError } from '../../contract/error.ts'
import { syncReplyMaxS } from '../../contract/limits.ts'
import { createClient, type Procedure, toHttp } from '../../contract/procedure.ts'
import { type MeshClient, type ProcedureName, procedures } from '../../contract/procedures.ts'

export interface HttpOptions {
  /** Base URL without a trailing slash, as `coordinatorBase` gives it. */
  readonly url: string
  readonly token?: string | undefined
  readonly fetch?: typeof globalThis.fetch | undefined
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly signal?: AbortSignal | undefined
}

/** The coordinator's HTTP door as its clients see it. */
export interface MeshHttp {
  readonly url: string
  readonly client: MeshClient
  /** The raw answer, for those who stream it; anything but a success is thrown as a MeshError. */
  request(name: ProcedureName, input: Record<string, unknown>, options?: RequestOptions): Promise<Response>
}

const plainTimeoutMs = 30_000
const slow = new Set<string>(['messages.send', 'messages.send_to'])

export function openHttp(options: HttpOptions): MeshHttp {
  const send = options.fetch ?? globalThis.fetch
  const request: MeshHttp['request'] = async (name, input, { headers = {}, signal } = {}) => {
    const call = toHttp(procedures[name], input)
    const response = await reach(options.url, () =>
      send(`${options.url}${call.path}`, {
        method: call.method,
        redirect: 'error',
        headers: {
          ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
          ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        ...(signal === undefined ? {} : { signal }),
      }),
    )
    if (!response.ok) throw await errorOf(response, options.url)
    return response
  }
  const client: MeshClient = createClient(async (name, input) => {
    const known = name as ProcedureName
    const ms = slow.has(name) ? (syncReplyMaxS + 30) * 1_000 : plainTimeoutMs
    const response = await request(known, input, { signal: AbortSignal.timeout(ms) })
    return readOutput(procedures[known], known, response, options.url)
  })
  return { url: options.url, client, request }
}

async function readOutput(spec: Procedure, name: string, response: Response, url: string): Promise<unknown> {
  if (spec.status === 204) return undefined
  const text = await reach(url, () => response.text())
  const value = parseJson(text)
  try {
    return check(spec.output, value, { what: `answer to ${name}` })
  } catch (cause) {
    throw notOurs(url, cause)
  }
}

/** What a broken connection looks like to a person; the caller's own abort passes as it is. */
async function reach<T>(url: string, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt()
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'AbortError') throw cause
    if (cause instanceof Error && cause.name === 'TimeoutError') {
      throw new MeshError('timeout', `The coordinator at ${url} did not answer in time.`, {
        cause,
        hint: 'Look at its log; `claw-mesh doctor` checks it.',
      })
    }
    throw unreachable(url, cause)
  }
}

export function unreachable(url: string, cause: unknown): MeshError {
  return new MeshError('coordinator_unreachable', `No coordinator answers at ${url}${because(cause)}.`, {
    cause,
    hint: 'Start it with `claw-mesh up`, or name another with --coordinator <url>.',
    details: { url },
  })
}

const plainWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection broke',
  ENOTFOUND: 'the host name is not known',
  ETIMEDOUT: 'the host does not answer',
  EHOSTUNREACH: 'the host cannot be reached',
  UND_ERR_SOCKET: 'the connection broke',
}

function because(cause: unknown): string {
  const inner = cause instanceof Error ? (cause.cause ?? cause) : cause
  const code = typeof inner === 'object' && inner !== null && 'code' in inner ? String(inner.code) : ''
  return plainWords[code] ? ` (${plainWords[code]})` : ''
}

async function errorOf(response: Response, url: string): Promise<MeshError> {
  const body = parseJson(await response.text().catch(() => ''))
  if (isValid(ErrorEnvelope, body)) return MeshError.from(body.error)
  return notOurs(url, new Error(`status ${response.status}`))
}

const notOurs = (url: string, cause: unknown): MeshError =>
  new MeshError('protocol_mismatch', `What answers at ${url} is not a coordinator of this version.`, {
    cause,
    hint: 'Check the address; if it is right, run the same claw-mesh version on both sides.',
  })

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
