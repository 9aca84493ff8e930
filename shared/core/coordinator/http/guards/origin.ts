/** Refuses requests that a page of another site, or of another program on this machine, makes from a browser. */
import { MeshError } from '../../../../contract/error.ts'
import type { Guard } from './guard.ts'
import { isOwn, readAuthority } from './own-name.ts'

export const originGuard: Guard = {
  name: 'origin',
  admit: (request) => {
    const origin = request.headers.origin
    if (origin === undefined) return
    const match = /^(https?):\/\/(.+)$/.exec(origin)
    const authority = match?.[2] && readAuthority(match[2], match[1] === 'https' ? 443 : 80)
    // `null` (a file, a sandboxed frame) is nobody's origin.
    if (authority && isOwn(authority, request.socket)) return
    throw new MeshError('origin_not_allowed', 'Origin: only the coordinator’s own page may call it from a browser.', {
      hint: 'Open the page that the coordinator serves; programs leave the Origin header out.',
    })
  },
}
