/** A guard looks at the head of a request or upgrade before anything else does. Every door is built with a list of them. */
import type { IncomingMessage } from 'node:http'

export interface Guard {
  readonly name: string
  /** Throws what refuses the request. */
  readonly admit?: (request: IncomingMessage) => void
  /** Before a password is tried, because trying one costs time and memory. Throws what refuses it. */
  readonly beforePassword?: (request: IncomingMessage) => void
  readonly passwordAccepted?: (request: IncomingMessage) => void
  /** After a wrong token. May throw something stronger than `unauthorized`. */
  readonly tokenRefused?: (request: IncomingMessage) => void
  /** Headers that every answer gets. */
  readonly headers?: Readonly<Record<string, string>>
}

export function admit(guards: readonly Guard[], request: IncomingMessage): void {
  for (const guard of guards) guard.admit?.(request)
}

export const headersOf = (guards: readonly Guard[]): Record<string, string> =>
  Object.assign({}, ...guards.map((guard) => guard.headers ?? {})) as Record<string, string>
