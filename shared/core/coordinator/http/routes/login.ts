/** Trades the page's password for a session token. Guesses are counted by address, which only this door knows. */
import type { FastifyInstance } from 'fastify'
import { procedures } from '../../../../contract/procedures.ts'
import { acceptPassword } from '../auth/authenticate.ts'
import type { Doors } from '../doors.ts'
import { wrongPassword } from '../handlers.ts'
import { readInput } from './procedures.ts'

const spec = procedures['session.login']
/** Anyone may send this body, so it is kept small. */
const maxLoginBytes = 16 * 1_024

export function loginRoute(app: FastifyInstance, doors: Doors): void {
  app.route({
    method: spec.method,
    url: spec.path,
    bodyLimit: maxLoginBytes,
    handler: async (request, reply) => {
      const { password } = readInput(spec, request)
      if (!(await acceptPassword(doors, request.raw, password))) throw wrongPassword()
      return reply.code(spec.status).send(doors.auth.tokens.openSession())
    },
  })
}
