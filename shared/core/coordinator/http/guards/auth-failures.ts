/** Slows down guessing, per address. A correct token is never refused; a password is not even tried while the address is over. */
import type { IncomingMessage } from 'node:http'
import { MeshError } from '../../../../contract/error.ts'
import type { Clock } from '../../../platform/clock.ts'
import { countedAddress } from './address.ts'
import type { Guard } from './guard.ts'

const windowMs = 60_000
const allowedFailures = 10
const maxKnown = 10_000

interface Failures {
  count: number
  readonly until: number
}

/** Counted apart: a script with an old token must not keep its neighbour from logging in. */
const keyOf = (what: 'token' | 'password', request: IncomingMessage): string =>
  `${what} ${countedAddress(request.socket.remoteAddress)}`

export function authFailureGuard({ clock }: { readonly clock: Clock }): Guard {
  const known = new Map<string, Failures>()

  const current = (key: string): Failures => {
    const found = known.get(key)
    if (found && found.until > clock.now()) return found
    known.delete(key)
    const oldest = known.keys().next()
    if (known.size >= maxKnown && !oldest.done) known.delete(oldest.value)
    const fresh = { count: 0, until: clock.now() + windowMs }
    known.set(key, fresh)
    return fresh
  }

  const count = (key: string): void => {
    const failures = current(key)
    failures.count += 1
    if (failures.count <= allowedFailures) return
    throw new MeshError('rate_limited', 'Too many wrong tokens or passwords from this address.', {
      hint: 'Wait, then try again. A correct token is accepted at any time.',
      details: { retry_after_s: Math.ceil((failures.until - clock.now()) / 1_000) },
    })
  }

  return {
    name: 'auth-failures',
    tokenRefused: (request) => count(keyOf('token', request)),
    // Counted before the outcome is known, or a hundred guesses at once would all be tried.
    beforePassword: (request) => count(keyOf('password', request)),
    passwordAccepted: (request) => void known.delete(keyOf('password', request)),
  }
}
