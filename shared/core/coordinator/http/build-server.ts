/** Puts the HTTP doors together: guards first, then the routes, and one place where errors become answers. */
import fastify, { type FastifyInstance } from 'fastify'
import { maxBodyBytes } from '../../../contract/limits.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { CoordinatorServices } from '../services.ts'
import { type Auth, nobody } from './auth/authenticate.ts'
import type { ConnectionLimit } from './connection-limit.ts'
import type { Doors } from './doors.ts'
import { invalidBody, sendError } from './error-reply.ts'
import { defaultGuards } from './guards/default-guards.ts'
import { admit, type Guard, headersOf } from './guards/guard.ts'
import { createHandlers } from './handlers.ts'
import { healthRoutes } from './routes/health.ts'
import { loginRoute } from './routes/login.ts'
import { openAiRoutes } from './routes/openai.ts'
import { openApiRoute } from './routes/openapi.ts'
import { procedureRoutes } from './routes/procedures.ts'
import { sendRoutes } from './routes/send.ts'
import { watchRoutes } from './routes/unknown.ts'
import { webRoutes } from './routes/web.ts'

export interface ServerOptions {
  readonly services: CoordinatorServices
  readonly auth: Auth
  /** Shared with the socket door; the default ones when left out. */
  readonly guards?: readonly Guard[] | undefined
  /** Folder of the built page. */
  readonly webRoot?: string | undefined
  readonly version: string
  readonly log: Log
  readonly clock: Clock
  readonly connections?: ConnectionLimit | undefined
  /** True once the coordinator has begun to stop. */
  readonly isShuttingDown?: (() => boolean) | undefined
}

/** The app, ready for requests through `routing` or `inject`; `close()` ends its streams. */
export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const { services, auth, version, log, clock, connections, isShuttingDown = () => false } = options
  const guards = options.guards ?? defaultGuards({ clock })
  const closing = new AbortController()
  const app = fastify({
    logger: false,
    bodyLimit: maxBodyBytes,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    routerOptions: { maxParamLength: 2_048 },
    frameworkErrors: (error, request, reply) => {
      void sendError(request, reply.headers(headersOf(guards)), error, log)
    },
  })
  const doors: Doors = {
    services,
    auth,
    guards,
    connections,
    handlers: createHandlers({ services, auth, version, clock }),
    version,
    clock,
    log,
    closing: closing.signal,
  }

  app.decorateRequest('caller')
  app.setErrorHandler((error, request, reply) => sendError(request, reply, error, log))
  const unknownRoute = watchRoutes(app)
  const answerHeaders = headersOf(guards)
  app.addHook('onRequest', async (request, reply) => {
    request.caller = nobody
    void reply.headers(answerHeaders)
    if (isShuttingDown()) void reply.header('connection', 'close')
    admit(guards, request.raw)
    // Here rather than in the handler, so that no body is read for nothing.
    if (request.is404) throw unknownRoute(request.url)
  })
  app.setNotFoundHandler((request) => {
    throw unknownRoute(request.url)
  })
  readJsonOnly(app)

  healthRoutes(app, { version, failing: () => [...services.readiness(), ...(isShuttingDown() ? ['stopping'] : [])] })
  procedureRoutes(app, doors)
  loginRoute(app, doors)
  sendRoutes(app, doors)
  openAiRoutes(app, doors)
  openApiRoute(app, doors)
  await webRoutes(app, { webRoot: options.webRoot, log })
  app.addHook('preClose', async () => closing.abort())
  await app.ready()
  return app
}

/** JSON and nothing else; keys that would reach a prototype are refused, an empty body is no body. */
function readJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text.trim() === '') {
      done(null, undefined)
      return
    }
    void parse(request, text, (error, value) => {
      if (error) done(invalidBody('is not valid JSON, or has a key that is not allowed', error))
      else done(null, value)
    })
  })
}
