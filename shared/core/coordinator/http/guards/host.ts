/** Refuses a Host that is not ours: a page whose name was pointed at 127.0.0.1 (DNS rebinding) stops here. */
import { MeshError } from '../../../../contract/error.ts'
import type { Guard } from './guard.ts'
import { isOwn, readAuthority } from './own-name.ts'

export const hostGuard: Guard = {
  name: 'host',
  admit: (request) => {
    const authority = readAuthority(request.headers.host ?? '', 80)
    if (authority && isOwn(authority, request.socket)) return
    throw new MeshError('host_not_allowed', 'Host: this coordinator does not go by that name and port.', {
      hint: 'Use http://localhost:<port>/ or http://127.0.0.1:<port>/ with the port it listens on.',
    })
  },
}
