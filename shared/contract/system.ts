/** Session, health and overview shapes. */
import { type Static, Type } from 'typebox'
import { Scope } from './procedure.ts'

const count = Type.Integer({ minimum: 0 })

export const DashboardStats = Type.Object({
  nodes: Type.Object({ total: count, online: count, busy: count, offline: count }),
  messages: Type.Object({
    queued: count,
    running: count,
    succeeded_24h: count,
    failed_24h: count,
    /** Messages accepted in each of the last 60 minutes, oldest first. */
    per_minute: Type.Array(count, { minItems: 60, maxItems: 60 }),
  }),
  uptime_s: count,
  version: Type.String(),
})
export type DashboardStats = Static<typeof DashboardStats>

export const Login = Type.Object(
  { password: Type.String({ minLength: 1, maxLength: 1_024 }) },
  { additionalProperties: false },
)
export type Login = Static<typeof Login>

/** The token is held by the page in sessionStorage and sent as bearer. */
export const Session = Type.Object({ token: Type.String(), scope: Scope, expires_in_s: count })
export type Session = Static<typeof Session>

/** `operator` sends and reads, `viewer` reads. `name` is the sender of what is sent with it. */
export const CreateToken = Type.Object(
  { scope: Type.Enum(['operator', 'viewer']), name: Type.String({ minLength: 1, maxLength: 64 }) },
  { additionalProperties: false },
)
export type CreateToken = Static<typeof CreateToken>

/** The coordinator keeps a hash of the token; `id` names it where the token itself must not stand. */
export const CreatedToken = Type.Object({
  token: Type.String(),
  id: Type.String(),
  scope: CreateToken.properties.scope,
  name: Type.String(),
})
export type CreatedToken = Static<typeof CreatedToken>

export const WhoAmI = Type.Object({
  scope: Scope,
  sender: Type.String(),
  version: Type.String(),
  boot_id: Type.String(),
})
export type WhoAmI = Static<typeof WhoAmI>

/** `GET /healthz`: the process lives. `GET /readyz`: it takes messages (503 while starting or draining). */
export const Health = Type.Object({ status: Type.Literal('ok'), version: Type.String() })
export type Health = Static<typeof Health>
export const Readiness = Type.Object({ ready: Type.Boolean(), failing: Type.Array(Type.String()) })
export type Readiness = Static<typeof Readiness>
