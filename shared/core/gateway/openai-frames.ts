/** Shapes of what we read from an OpenAI-compatible server, and what its refusals mean. Pure. */
import { type Static, Type } from 'typebox'
import { isValid } from '../../contract/check.ts'
import { MeshError } from '../../contract/error.ts'
import type { Usage } from '../../contract/message.ts'

const nullableText = Type.Optional(Type.Union([Type.String(), Type.Null()]))
const tokens = Type.Optional(Type.Integer({ minimum: 0 }))
const UsageField = Type.Optional(
  Type.Union([Type.Object({ prompt_tokens: tokens, completion_tokens: tokens }), Type.Null()]),
)

export const Chunk = Type.Object({
  choices: Type.Array(
    Type.Object({
      delta: Type.Optional(Type.Object({ content: nullableText })),
      finish_reason: nullableText,
    }),
  ),
  usage: UsageField,
})
export type Chunk = Static<typeof Chunk>

/** A server that does not stream answers in one piece. */
export const Completion = Type.Object({
  choices: Type.Array(Type.Object({ message: Type.Object({ content: nullableText }) }), { minItems: 1 }),
  usage: UsageField,
})

export const Models = Type.Object({ data: Type.Array(Type.Object({ id: Type.String() })) })

const ErrorReply = Type.Object({
  error: Type.Union([Type.String(), Type.Object({ message: Type.Optional(Type.String()) })]),
})

export function usageOf(usage: Chunk['usage']): Usage | undefined {
  if (!usage) return undefined
  return {
    ...(usage.prompt_tokens === undefined ? {} : { input_tokens: usage.prompt_tokens }),
    ...(usage.completion_tokens === undefined ? {} : { output_tokens: usage.completion_tokens }),
  }
}

/** The server's own words in an error, as JSON or plain; cut, because anything may stand there. */
export function errorText(value: unknown): string | undefined {
  if (!isValid(ErrorReply, value)) return undefined
  const text = typeof value.error === 'string' ? value.error : value.error.message
  return text?.slice(0, 500)
}

/** Why a server turned a request down, from its status. */
export function httpFailure(status: number, told: string, retryAfter: string | null): MeshError {
  const said = told === '' ? `status ${status}` : told
  if (status === 401 || status === 403) {
    return new MeshError('gateway_token_refused', `The server refused the key: ${said}`, {
      hint: 'Set CLAW_MESH_GATEWAY_KEY in the environment of claw-mesh to a key that the server accepts.',
    })
  }
  if (status === 429) {
    const seconds = Number(retryAfter)
    const details =
      Number.isFinite(seconds) && retryAfter !== null ? { details: { retry_after_ms: seconds * 1_000 } } : {}
    return new MeshError('provider_rate_limited', `The server limits us: ${said}`, {
      hint: 'Wait a minute, or send the message to another node.',
      ...details,
    })
  }
  if (status === 404) {
    return new MeshError('gateway_rejected', `The server does not know the address or the model: ${said}`, {
      hint: 'gateway.url must be the base that ends in /v1; gateway.model must be one that GET /v1/models lists.',
    })
  }
  if (status >= 500) {
    return new MeshError('provider_failing', `The server failed: ${said}`, { hint: 'Look at the log of that server.' })
  }
  if (status >= 300 && status < 400) {
    return new MeshError('gateway_rejected', 'The server sends us elsewhere, and redirects are not followed.', {
      hint: 'Set gateway.url to the final address.',
    })
  }
  return new MeshError('gateway_rejected', `The server refused the request: ${said}`, {
    hint: 'Check gateway.url and gateway.model in the settings.',
  })
}

export const serverDown = (why: string, cause?: unknown): MeshError =>
  new MeshError('gateway_down', `The server is not reachable: ${why}.`, {
    hint: 'Start it, and check gateway.url in the settings. claw-mesh finds it again by itself.',
    cause,
  })
