/** Whether the process lives, and whether it takes messages now. Open to anyone, so they say no more than that. */
import type { FastifyInstance } from 'fastify'
import type { Health, Readiness } from '../../../../contract/system.ts'

export interface HealthDeps {
  readonly version: string
  /** What keeps it from taking messages; empty when ready. */
  readonly failing: () => readonly string[]
}

export function healthRoutes(app: FastifyInstance, { version, failing }: HealthDeps): void {
  const health: Health = { status: 'ok', version }
  app.get('/healthz', { exposeHeadRoute: true }, async () => health)
  app.get('/readyz', { exposeHeadRoute: true }, async (_, reply) => {
    const readiness: Readiness = { ready: failing().length === 0, failing: [...failing()] }
    if (!readiness.ready) void reply.code(503).header('retry-after', '5')
    return readiness
  })
}
