/** Finds out who a request comes from, by its Authorization header. Nothing else counts: no cookie, no address, no URL. */
import type { IncomingMessage } from 'node:http'
import { MeshError } from '../../../../contract/error.ts'
import { sha256Hex } from '../../../platform/ids.ts'
import type { Caller } from '../../caller.ts'
import type { ConnectionLimit } from '../connection-limit.ts'
import type { Guard } from '../guards/guard.ts'
import type { PagePassword } from './page-password.ts'
import { ownerSender, type TokenService } from './token-service.ts'

export interface Auth {
  readonly tokens: TokenService
  readonly password: PagePassword
}

export interface AuthenticateDeps {
  readonly auth: Auth
  readonly guards: readonly Guard[]
  readonly connections?: ConnectionLimit | undefined
}

/** Caller of what needs no token. */
export const nobody: Caller = { scope: 'none', sender: 'nobody', tokenHash: '' }

/** Throws `unauthorized`, `node_removed` or `rate_limited`. */
export async function authenticate(deps: AuthenticateDeps, request: IncomingMessage): Promise<Caller> {
  const header = request.headers.authorization
  if (header === undefined) {
    throw new MeshError('unauthorized', 'Authorization: this needs a token.', {
      hint: 'Send "Authorization: Bearer <token>"; the admin token is in the coordinator’s data folder.',
    })
  }
  const [, scheme = '', credentials = ''] = /^(\S+) +(\S+)$/.exec(header) ?? []
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return acceptToken(deps, request, credentials)
    case 'basic':
      return acceptBasic(deps, request, credentials)
    default:
      throw new MeshError('unauthorized', 'Authorization: must be "Bearer" and a token.', {
        hint: 'Send "Authorization: Bearer <token>".',
      })
  }
}

export function acceptToken(deps: AuthenticateDeps, request: IncomingMessage, token: string): Caller {
  const caller = deps.auth.tokens.verify(token)
  if (caller) {
    deps.connections?.proven(request.socket)
    return caller
  }
  for (const guard of deps.guards) guard.tokenRefused?.(request)
  if (deps.auth.tokens.wasRevoked(token)) {
    throw new MeshError('node_removed', 'This node was removed from the mesh; its token is no longer valid.', {
      hint: 'Join again with `claw-mesh join` if that was not meant.',
    })
  }
  throw new MeshError('unauthorized', 'Authorization: this token is not known here.', {
    hint: 'Check that the token belongs to this coordinator and was copied whole.',
  })
}

/** True when the password is right; wrong ones are counted by the guards, which may refuse with `rate_limited`. */
export async function acceptPassword(
  deps: AuthenticateDeps,
  request: IncomingMessage,
  password: string,
): Promise<boolean> {
  for (const guard of deps.guards) guard.beforePassword?.(request)
  if (!(await deps.auth.password.verify(password))) return false
  for (const guard of deps.guards) guard.passwordAccepted?.(request)
  deps.connections?.proven(request.socket)
  return true
}

/** For scripts: a browser would remember it and send it along for any page. */
async function acceptBasic(deps: AuthenticateDeps, request: IncomingMessage, credentials: string): Promise<Caller> {
  const { headers } = request
  if (headers.origin !== undefined || Object.keys(headers).some((name) => name.startsWith('sec-fetch-'))) {
    throw new MeshError('unauthorized', 'Authorization: Basic is for scripts, not for browsers.', {
      hint: 'Log in on the page, or send "Authorization: Bearer <token>".',
    })
  }
  const text = Buffer.from(credentials, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0 || !(await acceptPassword(deps, request, text.slice(colon + 1)))) {
    throw new MeshError('unauthorized', 'Authorization: the password is wrong.', {
      hint: 'Any user name will do; the password is the page’s. `claw-mesh init --reset-password` sets a new one.',
    })
  }
  return { scope: 'admin', sender: ownerSender, tokenHash: sha256Hex('page password') }
}
