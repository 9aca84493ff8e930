/** What the routes share: services, who may call, and when to stop. */
import type { onRequestAsyncHookHandler } from 'fastify'
import type { Scope } from '../../../contract/procedure.ts'
import type { Handlers } from '../../../contract/procedure.ts'
import type { Procedures } from '../../../contract/procedures.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import { type Caller, requireScope } from '../caller.ts'
import type { CoordinatorServices } from '../services.ts'
import { authenticate, type AuthenticateDeps } from './auth/authenticate.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the route's gate; `nobody` before it. */
    caller: Caller
  }
}

export interface Doors extends AuthenticateDeps {
  readonly services: CoordinatorServices
  readonly handlers: Handlers<Procedures, Caller>
  readonly version: string
  readonly clock: Clock
  readonly log: Log
  /** Aborts when the server closes: streams end, their messages go on. */
  readonly closing: AbortSignal
}

/** A route's first hook: who calls is known and allowed before a byte of the body is read. */
export const gate =
  (doors: Doors, scope: Scope): onRequestAsyncHookHandler =>
  async (request) => {
    if (scope === 'none') return
    request.caller = await authenticate(doors, request.raw)
    requireScope(request.caller, scope)
  }
