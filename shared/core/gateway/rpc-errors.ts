/** What an OpenClaw gateway's refusals and failures mean, as typed errors. Pure. */
import { isValid } from '../../contract/check.ts'
import { MeshError } from '../../contract/error.ts'
import { ErrorDetails, type ErrorShape, type Failure } from './rpc-frames.ts'

const cut = (text: string): string => (text.length > 500 ? `${text.slice(0, 500)}…` : text)

const updateTokenHint =
  'Copy the token that the gateway uses to where claw-mesh looks: gateway.auth.token in openclaw.json, or OPENCLAW_GATEWAY_TOKEN. It is read again by itself every few seconds.'

/** The gateway refused the connection or a call before anything ran. */
export function refusal(method: string, error: ErrorShape): MeshError {
  const details = isValid(ErrorDetails, error.details) ? error.details : {}
  const codes = [error.code, details.code, details.reason].filter((code) => code !== undefined)
  const is = (pattern: RegExp): boolean => codes.some((code) => pattern.test(code))
  const told = { details: { gateway_code: details.code ?? details.reason ?? error.code, method } }
  if (is(/^(AUTH_|UNAUTHORIZED)/)) {
    return new MeshError('gateway_token_refused', 'The gateway refused the token.', { hint: updateTokenHint, ...told })
  }
  if (is(/^(NOT_PAIRED|DEVICE_|PAIRING_)/)) {
    return new MeshError('gateway_token_refused', 'The gateway wants a token or a paired device.', {
      hint: updateTokenHint,
      ...told,
    })
  }
  if (is(/^(FORBIDDEN|MISSING_SCOPE)/)) {
    return new MeshError('gateway_token_refused', `The gateway does not allow "${method}" with this credential.`, {
      hint: 'claw-mesh needs the scopes operator.read and operator.write on the gateway’s own host; look for identity or scope limits in gateway.auth.',
      ...told,
    })
  }
  if (is(/^PROTOCOL_MISMATCH/)) {
    return new MeshError('gateway_rejected', 'The gateway does not speak protocol version 4.', {
      hint: 'Update OpenClaw (`openclaw update`) or claw-mesh, whichever is older.',
      ...told,
    })
  }
  if (is(/^startup-/)) {
    return new MeshError('gateway_down', 'The gateway is still starting.', { hint: 'Wait a few seconds.', ...told })
  }
  if (error.code === 'UNAVAILABLE') {
    return new MeshError('gateway_draining', 'The gateway takes no new work: it is stopping or restarting.', {
      hint: 'Wait until it is back; the message can go to another node.',
      details: { ...told.details, ...(error.retryAfterMs === undefined ? {} : { retry_after_ms: error.retryAfterMs }) },
    })
  }
  return new MeshError('gateway_rejected', `The gateway refused the call: ${cut(error.message)}`, {
    hint: 'Check gateway.agent in the settings; the gateway’s log has the details.',
    ...told,
  })
}

const rateLimited = /rate.?limit|too many requests|\b429\b|quota/i
const aboutProvider = /provider|LLM|API key|model|billing|auth|overloaded|HTTP [45]\d\d/i

/** A run that began and failed: nearly always the model's provider, whose trouble is not the gateway's death. */
export function runFailure(message: string, failure: Failure = {}): MeshError {
  const reason = failure.failoverReason ?? failure.providerRuntimeFailureKind
  const details = {
    ...(reason === undefined ? {} : { reason }),
    ...(failure.provider === undefined ? {} : { provider: failure.provider }),
  }
  const told = cut(message || 'no reason given')
  if (reason === 'rate_limit' || (reason === undefined && rateLimited.test(message))) {
    return new MeshError('provider_rate_limited', `The model provider limits this gateway: ${told}`, {
      hint: 'Wait a minute, or send the message to another node.',
      details,
    })
  }
  if (reason !== undefined || failure.provider !== undefined || aboutProvider.test(message)) {
    return new MeshError('provider_failing', `The model provider failed: ${told}`, {
      hint: 'Check the model and its key on that machine: `openclaw models status`.',
      details,
    })
  }
  return new MeshError('gateway_rejected', `The gateway could not run the turn: ${told}`, {
    hint: 'The gateway’s log has the details: `openclaw logs`.',
    details,
  })
}

export const badReply = (what: string, cause?: unknown): MeshError =>
  new MeshError('gateway_bad_reply', `The gateway sent something that is not an answer: ${what}.`, {
    hint: 'Check that gateway and claw-mesh are of versions that fit: `openclaw --version`, `claw-mesh version`.',
    cause,
  })

export const gatewayDown = (why: string, cause?: unknown): MeshError =>
  new MeshError('gateway_down', `The gateway is not reachable: ${why}.`, {
    hint: 'Start it: `openclaw gateway start`. claw-mesh finds it again by itself.',
    cause,
  })
