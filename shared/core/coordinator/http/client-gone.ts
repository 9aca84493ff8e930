/** Tells when the client of a request is not there any more. */
import type { ServerResponse } from 'node:http'

/** Made once: an abort without a reason makes an exception with its stack, and this happens with every request. */
const closed = new Error('The connection of the request is closed.')

/** Aborts when the connection closes, and (harmlessly) when the answer was sent. */
export function clientGone(response: ServerResponse): AbortSignal {
  const gone = new AbortController()
  if (response.destroyed) gone.abort(closed)
  else response.once('close', () => gone.abort(closed))
  return gone.signal
}
