/** Errors as OpenAI's clients read them. */
import type { ErrorBody } from '../../../../contract/error.ts'

export interface OpenAiError {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: string
  }
}

export const isOpenAiPath = (url: string): boolean => url.startsWith('/v1/')

export function openAiError(body: ErrorBody, status: number): OpenAiError {
  const field = body.details?.['field']
  return {
    error: {
      // There is no place for a hint, and it is what helps.
      message: body.hint === undefined ? body.message : `${body.message} ${body.hint}`,
      type: errorType(status),
      param: typeof field === 'string' ? field : null,
      code: body.code,
    },
  }
}

function errorType(status: number): string {
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (status === 429) return 'rate_limit_error'
  return status < 500 ? 'invalid_request_error' : 'server_error'
}
