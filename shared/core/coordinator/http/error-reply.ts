/** Every error as an answer: the envelope, OpenAI's form under /v1, status and headers from one table. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type ErrorEnvelope, MeshError } from '../../../contract/error.ts'
import { httpStatus } from '../../../contract/error-tables.ts'
import { maxBodyBytes } from '../../../contract/limits.ts'
import type { Log } from '../../platform/log.ts'
import { isOpenAiPath, openAiError } from './openai/openai-error.ts'

export interface Refusal {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: ErrorEnvelope
}

/** The answer an error gets on any door. */
export function refusal(error: MeshError): Refusal {
  const status = httpStatus[error.code]
  const headers: Record<string, string> = {}
  if (status === 401) headers['www-authenticate'] = 'Bearer realm="claw-mesh"'
  if (status === 429 || status === 503) headers['retry-after'] = String(retryAfterS(error, status))
  const allow = error.details?.['allow']
  if (status === 405 && Array.isArray(allow)) headers['allow'] = allow.join(', ')
  return { status, headers, body: { error: error.toBody() } }
}

export function sendError(request: FastifyRequest, reply: FastifyReply, thrown: unknown, log: Log): FastifyReply {
  const error = asMeshError(thrown)
  if (error.code === 'internal') {
    log.error({ err: error.cause ?? error, method: request.method, route: request.routeOptions.url }, 'request failed')
  }
  const { status, headers, body } = refusal(error)
  void reply.code(status).headers(headers).type('application/json; charset=utf-8')
  return reply.send(isOpenAiPath(request.url) ? openAiError(body.error, status) : body)
}

function retryAfterS(error: MeshError, status: number): number {
  const given = error.details?.['retry_after_s']
  return typeof given === 'number' && given > 0 ? Math.ceil(given) : status === 429 ? 1 : 5
}

const bodyHint = 'Send one JSON object, with content-type application/json.'

/** What Fastify and its plugins throw, in our words. */
export function asMeshError(thrown: unknown): MeshError {
  if (thrown instanceof MeshError || !(thrown instanceof Error)) return MeshError.wrap(thrown)
  const { code, statusCode } = thrown as { code?: unknown; statusCode?: unknown }
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new MeshError('payload_too_large', 'body: is too large.', {
        cause: thrown,
        hint: `The limit is ${maxBodyBytes / 1_048_576} MiB, for a message’s text 1 MiB.`,
        details: { field: 'body' },
      })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new MeshError('unsupported_media_type', 'content-type: must be application/json.', { hint: bodyHint })
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return invalidBody('its length is not the one announced', thrown)
    case 'FST_ERR_BAD_URL':
      return new MeshError('invalid_input', 'url: is not validly encoded.', { details: { field: 'url' } })
    default:
  }
  if (statusCode === 404 || statusCode === 403) return routeNotFound()
  return MeshError.wrap(thrown)
}

export const invalidBody = (problem: string, cause?: unknown): MeshError =>
  new MeshError('invalid_input', `body: ${problem}.`, { cause, hint: bodyHint, details: { field: 'body', problem } })

export const routeNotFound = (): MeshError =>
  new MeshError('route_not_found', 'There is nothing at this path.', {
    hint: 'GET /api/v1/openapi.json lists every path; the page is at /.',
  })
