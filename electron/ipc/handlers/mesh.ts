/** Mesh calls: the contract's procedures, called at the coordinator that the window works on. The token stays here. */
import { check } from '../../../shared/contract/check.ts'
import { MeshError } from '../../../shared/contract/error.ts'
import type { Procedure } from '../../../shared/contract/procedure.ts'
import { type ProcedureName, procedures } from '../../../shared/contract/procedures.ts'
import { openHttp } from '../../../shared/core/client/http-client.ts'
import type { Door } from '../answer-call.ts'

export interface MeshAccess {
  readonly url: string
  readonly token: string
}

export interface MeshDoorDeps {
  /** Undefined while there is no coordinator to work on. */
  readonly access: () => MeshAccess | undefined
  readonly fetch?: typeof globalThis.fetch | undefined
}

const timeoutMs = 30_000
/** Calls that start work: answered at once with an id, so that nothing hangs on an open request. */
const sends = new Set<string>(['messages.send', 'messages.send_to'])

export const meshDoor =
  (deps: MeshDoorDeps): Door =>
  async (name, input) => {
    const spec = procedureOf(name)
    const checked = check(spec.input, input, { what: name })
    const { url, token } = needAccess(deps.access())
    const http = openHttp({ url, token, fetch: deps.fetch })
    const response = await http.request(name as ProcedureName, checked, {
      headers: { accept: 'application/json', ...(sends.has(name) ? { prefer: 'respond-async' } : {}) },
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (spec.status === 204) return undefined
    return check(spec.output, await response.json().catch(() => undefined), {
      what: `answer to ${name}`,
      code: 'protocol_mismatch',
    })
  }

export function needAccess<A>(access: A | undefined): A {
  if (access) return access
  throw new MeshError('coordinator_unreachable', 'This window has no coordinator to work on yet.', {
    hint: 'Host a mesh on this computer, or join one with an operator token.',
  })
}

/** What is for nodes and for browsers is not for this window: it signs in with nothing and its token is not its to end. */
const notHere = new Set<string>(['session.login', 'session.logout', 'nodes.register', 'nodes.heartbeat'])

function procedureOf(name: string): Procedure {
  if (Object.hasOwn(procedures, name) && !notHere.has(name)) return procedures[name as ProcedureName]
  throw new MeshError('route_not_found', `${name.slice(0, 64)} is not a call of this window.`)
}
