/** Makes this machine a node of a coordinator, and takes it out again. Every failure says what to do about it. */
import { check, isValid } from '../../contract/check.ts'
import { ErrorEnvelope, MeshError } from '../../contract/error.ts'
import { Registered, type RegisterNode } from '../../contract/node.ts'
import { toHttp } from '../../contract/procedure.ts'
import { procedures } from '../../contract/procedures.ts'
import type { Clock } from '../platform/clock.ts'
import type { Identity } from './identity.ts'

const answerWithinMs = 10_000
const maxAnswerBytes = 64 * 1024

export interface RegistrationDeps {
  /** As `coordinatorBase` gives it. */
  readonly base: string
  readonly signal: AbortSignal
  readonly clock: Clock
}

export async function register(input: RegisterNode, joinToken: string, deps: RegistrationDeps): Promise<Registered> {
  const call = toHttp(procedures['nodes.register'], input)
  const answer = await ask(deps, { ...call, token: joinToken })
  return check(Registered, answer, { what: 'answer to the registration', code: 'coordinator_unreachable' })
}

/** Removes the node and its token at the coordinator; one that is already gone is fine. */
export async function deregister(identity: Identity, deps: Omit<RegistrationDeps, 'base'>): Promise<void> {
  const call = toHttp(procedures['nodes.remove'], { node_id: identity.node_id })
  try {
    await ask({ ...deps, base: identity.coordinator_url }, { ...call, token: identity.token })
  } catch (error) {
    const code = MeshError.wrap(error).code
    if (code !== 'node_not_found' && code !== 'node_removed' && code !== 'unauthorized') throw error
  }
}

interface Call {
  readonly method: string
  readonly path: string
  readonly body: Record<string, unknown> | undefined
  readonly token: string
}

async function ask(deps: RegistrationDeps, call: Call): Promise<unknown> {
  const { base, clock, signal } = deps
  const late = new AbortController()
  const cancel = clock.after(answerWithinMs, () => late.abort())
  try {
    return await exchange(base, call, AbortSignal.any([signal, late.signal]))
  } finally {
    cancel()
  }
}

async function exchange(base: string, call: Call, signal: AbortSignal): Promise<unknown> {
  const { status, text } = await request(base, call, signal)
  if (status === 204) return undefined
  const value = parse(text)
  if (status >= 200 && status < 300 && value !== undefined) return value
  if (isValid(ErrorEnvelope, value)) throw explain(MeshError.from(value.error))
  throw new MeshError('coordinator_unreachable', `${base} answered HTTP ${status}, which is not claw-mesh.`, {
    hint: `Check that ${base} is the address of a claw-mesh coordinator.`,
  })
}

async function request(base: string, call: Call, signal: AbortSignal): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(base + call.path, {
      method: call.method,
      headers: {
        authorization: `Bearer ${call.token}`,
        // One request in the life of a node: no socket is kept for a second one.
        connection: 'close',
        ...(call.body ? { 'content-type': 'application/json' } : {}),
      },
      ...(call.body ? { body: JSON.stringify(call.body) } : {}),
      // The token is for this address and for no other.
      redirect: 'manual',
      signal,
    })
    return { status: response.status, text: await readSome(response) }
  } catch (cause) {
    throw unreachable(base, cause)
  }
}

export const unreachable = (base: string, cause?: unknown): MeshError =>
  new MeshError('coordinator_unreachable', `The coordinator at ${base} does not answer.`, {
    cause,
    hint: `Start it with \`claw-mesh up\`, or check that ${base} is its address.`,
  })

/** A token that is wrong for joining is told apart from any other wrong token by what the user can do about it. */
const explain = (error: MeshError): MeshError =>
  error.code === 'unauthorized' || error.code === 'forbidden'
    ? new MeshError(error.code, 'The coordinator does not take this join token.', {
        cause: error,
        hint: 'Run `claw-mesh init` on the coordinator: it prints the join token, which is kept in its data folder as join.token; a coordinator started with `up --token` takes that one instead. Then `claw-mesh join --token <token>` here.',
      })
    : error

/** A coordinator is not trusted to be one: its answer is read up to a limit. */
async function readSome(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxAnswerBytes) break
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
