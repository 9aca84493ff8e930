/** Tells when the client of a request is not there any more. */
import type { ServerResponse } from 'node:http'

/** Aborts when the connection closes, and (harmlessly) when the answer was sent. */
export function clientGone(response: ServerResponse): AbortSignal {
  const gone = new AbortController()
  if (response.destroyed) gone.abort()
  else response.once('close', () => gone.abort())
  return gone.signal
}
