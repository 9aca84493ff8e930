/** Every error a person or a program can meet, by a closed list of codes that survives each boundary. */
import { type Static, Type } from 'typebox'

export const ErrorCode = Type.Enum([
  // the caller's input
  'invalid_input',
  'payload_too_large',
  'unsupported_media_type',
  'unsupported_feature',
  'route_not_found',
  'method_not_allowed',
  'idempotency_conflict',
  // who may
  'unauthorized',
  'forbidden',
  'host_not_allowed',
  'origin_not_allowed',
  'proxy_not_configured',
  'rate_limited',
  // what is not there
  'node_not_found',
  'message_not_found',
  'conversation_not_found',
  // routing and the queue
  'no_node_available',
  'no_capable_node',
  'queue_full',
  'draining',
  // how a message ends
  'message_ended',
  'message_not_interrupted',
  'message_not_replayable',
  'stop_unconfirmed',
  'message_cancelled',
  'message_expired',
  'message_interrupted',
  'answer_too_large',
  // a node's gateway
  'gateway_not_found',
  'gateway_down',
  'gateway_draining',
  'gateway_token_refused',
  'gateway_bad_reply',
  'gateway_rejected',
  'provider_failing',
  'provider_rate_limited',
  // the link
  'bad_frame',
  'protocol_mismatch',
  'node_id_in_use',
  'node_removed',
  // this machine
  'coordinator_unreachable',
  'not_initialised',
  'already_running',
  'port_in_use',
  'settings_invalid',
  'store_newer',
  'store_failed',
  'store_damaged',
  'disk_full',
  'timeout',
  'internal',
])
export type ErrorCode = Static<typeof ErrorCode>

/** The body of an error wherever one is told: HTTP answers, link frames, stored messages, CLI `--json`. */
export const ErrorBody = Type.Object({
  code: ErrorCode,
  /** One English sentence: what is wrong, naming the field or thing. */
  message: Type.String(),
  /** What to do next. */
  hint: Type.Optional(Type.String()),
  details: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
})
export type ErrorBody = Static<typeof ErrorBody>

export const ErrorEnvelope = Type.Object({ error: ErrorBody })
export type ErrorEnvelope = Static<typeof ErrorEnvelope>

export interface MeshErrorOptions extends ErrorOptions {
  readonly hint?: string | undefined
  readonly details?: Record<string, unknown> | undefined
}

/** The one error class of the project. `code` decides HTTP status and exit code; see `error-tables.ts`. */
export class MeshError extends Error {
  override readonly name = 'MeshError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly details: Record<string, unknown> | undefined

  constructor(code: ErrorCode, message: string, options: MeshErrorOptions = {}) {
    super(message, options)
    this.code = code
    this.hint = options.hint
    this.details = options.details
  }

  static from(body: ErrorBody): MeshError {
    return new MeshError(body.code, body.message, { hint: body.hint, details: body.details })
  }

  /** Any thrown value as a MeshError; what is not ours becomes `internal` and keeps its cause for the log. */
  static wrap(error: unknown): MeshError {
    if (error instanceof MeshError) return error
    return new MeshError('internal', 'Something went wrong inside claw-mesh.', {
      cause: error,
      hint: 'The log has the details; run `claw-mesh doctor` or report it with them.',
    })
  }

  toBody(): ErrorBody {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.details === undefined ? {} : { details: this.details }),
    }
  }
}
