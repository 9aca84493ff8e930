/** What is answered where there is no route: the methods that would do, or that there is nothing. */
import type { FastifyInstance } from 'fastify'
import { MeshError } from '../../../../contract/error.ts'
import { routeNotFound } from '../error-reply.ts'

/** Call before any route is added. Returns the error for a request that no route takes. */
export function watchRoutes(app: FastifyInstance): (url: string) => MeshError {
  const routes: { readonly parts: readonly string[]; readonly methods: readonly string[] }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    routes.push({ parts: url.split('/'), methods: [method].flat() })
  })
  return (url) => {
    const parts = (url.split('?', 1)[0] ?? '').split('/')
    const allow = [...new Set(routes.filter((route) => fits(route.parts, parts)).flatMap(({ methods }) => methods))]
    if (allow.length === 0) return routeNotFound()
    return new MeshError('method_not_allowed', `This path takes ${allow.join(', ')} only.`, {
      hint: `Use ${allow.join(' or ')}; GET /api/v1/openapi.json lists every path.`,
      details: { allow },
    })
  }
}

const fits = (pattern: readonly string[], parts: readonly string[]): boolean =>
  pattern.length === parts.length &&
  pattern.every((part, at) => part === parts[at] || (part.startsWith(':') && parts[at] !== ''))
