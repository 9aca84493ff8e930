/** The guards every door of a real coordinator has. HTTP and sockets share one list, so that guesses are counted together. */
import type { Clock } from '../../../platform/clock.ts'
import { authFailureGuard } from './auth-failures.ts'
import { forwardedGuard } from './forwarded.ts'
import type { Guard } from './guard.ts'
import { hostGuard } from './host.ts'
import { originGuard } from './origin.ts'
import { securityHeadersGuard } from './security-headers.ts'
import { tokenInUrlGuard } from './token-in-url.ts'

export const defaultGuards = (deps: { readonly clock: Clock }): readonly Guard[] => [
  securityHeadersGuard,
  hostGuard,
  originGuard,
  forwardedGuard,
  tokenInUrlGuard,
  authFailureGuard(deps),
]
