/** Refuses what came through a proxy or tunnel: it would lend the whole world the looks of this machine. */
import { MeshError } from '../../../../contract/error.ts'
import type { Guard } from './guard.ts'

const isForwarding = (header: string): boolean =>
  header === 'forwarded' ||
  header === 'via' ||
  header === 'x-real-ip' ||
  header.startsWith('x-forwarded-') ||
  header.startsWith('cf-')

export const forwardedGuard: Guard = {
  name: 'forwarded',
  admit: (request) => {
    const header = Object.keys(request.headers).find(isForwarding)
    if (header === undefined) return
    throw new MeshError(
      'proxy_not_configured',
      `${header}: this request came through a proxy, and none is configured.`,
      {
        hint: 'Do not put a proxy or tunnel before the coordinator: whoever may send through it owns its nodes.',
        details: { header },
      },
    )
  },
}
