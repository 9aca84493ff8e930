/** Serves the built page at `/`. It holds no secret: whoever opens it logs in. */
import { access } from 'node:fs/promises'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import type { Log } from '../../../platform/log.ts'

export interface WebOptions {
  /** Folder of the build; undefined where there is none. */
  readonly webRoot: string | undefined
  readonly log: Log
}

const notBuilt = `The coordinator runs, but its page has not been built.

Build it with:  npm run build
Then start the coordinator again. The command line and the API work without it.
`

export async function webRoutes(app: FastifyInstance, { webRoot, log }: WebOptions): Promise<void> {
  if (webRoot === undefined || !(await isThere(path.join(webRoot, 'index.html')))) {
    log.warn({ web_root: webRoot }, 'no page to serve: run `npm run build`')
    app.get('/', async (_, reply) => reply.code(404).type('text/plain; charset=utf-8').send(notBuilt))
    return
  }
  await app.register(async (pages) => {
    pages.addHook('onRequest', async ({ headers }, reply) => {
      void reply.header('content-security-policy', contentSecurityPolicy(headers.host))
    })
    await pages.register(fastifyStatic, {
      root: webRoot,
      // One route for each file there is: what is not there stays an ordinary 404.
      wildcard: false,
      cacheControl: false,
      decorateReply: false,
      setHeaders: (reply, file) => {
        void reply.header('cache-control', isHashed(webRoot, file) ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
  })
}

/** Vite puts a hash into the name of all that stands in `assets`. */
const isHashed = (webRoot: string, file: string): boolean =>
  path.relative(webRoot, file).startsWith(`assets${path.sep}`)

/** `'self'` covers the socket in current browsers only, so it is named too; the host guard has checked the name. */
function contentSecurityPolicy(host: string | undefined): string {
  const socket = host !== undefined && /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : ''
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "manifest-src 'self'",
    `connect-src 'self'${socket}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )
