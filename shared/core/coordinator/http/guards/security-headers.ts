/** Headers that keep a browser from doing anything with an answer but what our own page asked for. */
import type { Guard } from './guard.ts'

export const securityHeadersGuard: Guard = {
  name: 'security-headers',
  headers: {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    // The page has its own, wider policy; see `routes/web.ts`.
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
  },
}
