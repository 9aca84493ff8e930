/** Serves the contract's table: one generic route for each procedure that has no door of its own. */
import type { FastifyInstance } from 'fastify'
import { check } from '../../../../contract/check.ts'
import { fromHttp, type Procedure } from '../../../../contract/procedure.ts'
import { type ProcedureName, procedures } from '../../../../contract/procedures.ts'
import type { Caller } from '../../caller.ts'
import { type Doors, gate } from '../doors.ts'
import { withKey } from './idempotency-key.ts'

/** Served elsewhere, because HTTP adds something to them: streams, headers, limits per address. */
const ownDoor = new Set<string>(['messages.send', 'messages.send_to', 'messages.get', 'session.login'])

export function procedureRoutes(app: FastifyInstance, doors: Doors): void {
  for (const name of Object.keys(procedures) as ProcedureName[]) {
    if (ownDoor.has(name)) continue
    const spec: Procedure = procedures[name]
    const handle = doors.handlers[name] as (input: unknown, caller: Caller) => Promise<unknown>
    app.route({
      method: spec.method,
      url: spec.path,
      onRequest: gate(doors, spec.scope),
      handler: async (request, reply) => {
        const input = readInput(spec, request)
        const keyed = 'idempotency_key' in spec.input.properties ? withKey(request.headers, input) : input
        const output = await handle(keyed, request.caller)
        return reply.code(spec.status).send(spec.status === 204 ? undefined : output)
      },
    })
  }
}

interface Asked {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

/** The input a request carries, checked. */
export function readInput<P extends Procedure>(spec: P, request: Asked) {
  const input = fromHttp(spec, {
    params: request.params as Record<string, unknown>,
    query: request.query as Record<string, unknown>,
    body: request.body,
  })
  return check(spec.input as P['input'], input, { what: spec.method === 'GET' ? 'query' : 'body' })
}
