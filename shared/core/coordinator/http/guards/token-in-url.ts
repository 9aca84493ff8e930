/** Refuses a token in the URL, where histories, logs and other programs see it. The value is never repeated. */
import { MeshError } from '../../../../contract/error.ts'
import type { Guard } from './guard.ts'

const secrets = new Set(['token', 'access_token', 'api_key', 'apikey', 'password'])

export const tokenInUrlGuard: Guard = {
  name: 'token-in-url',
  admit: (request) => {
    const query = request.url?.split('?', 2)[1]
    if (query === undefined) return
    const name = [...new URLSearchParams(query).keys()].find((key) => secrets.has(key.toLowerCase()))
    if (name === undefined) return
    throw new MeshError('invalid_input', `${name}: a secret must not stand in a URL.`, {
      hint: 'Send the token in the header "Authorization: Bearer <token>". Change it if others may have seen the URL.',
      details: { field: name },
    })
  },
}
