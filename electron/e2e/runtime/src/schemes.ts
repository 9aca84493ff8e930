/**
 * Custom schemes. Chromium knows no `app:` scheme and offers no way to add one
 * from outside: a navigation to it ends with ERR_ABORTED before any request can
 * be intercepted. So `app://bundle/x` is loaded as
 * `https://bundle.app.eoc.invalid/x`, every such request is answered by the
 * protocol handler (nothing reaches the network), and the two forms are
 * translated wherever a URL crosses into the main process, into IPC, into
 * Playwright or into served HTML, CSS and JavaScript.
 */
const SUFFIX = 'eoc.invalid'
export interface Scheme {
  scheme: string
  privileges: Record<string, boolean>
}
const schemes = new Map<string, Scheme>()
let toInner: RegExp | null = null
const toOuter = new RegExp(`https://([a-z0-9.-]+?)\\.([a-z][a-z0-9-]*)\\.${SUFFIX.replace('.', '\\.')}`, 'gi')

export function registerScheme(s: Scheme): void {
  schemes.set(s.scheme.toLowerCase(), s)
  toInner = new RegExp(`(?<![A-Za-z0-9+.-])(${[...schemes.keys()].join('|')})://([A-Za-z0-9._-]+)`, 'gi')
}
export const isCustom = (scheme: string): boolean => schemes.has(scheme)
export const schemeNames = (): string[] => [...schemes.keys()]

/** app://host -> https://host.app.eoc.invalid, anywhere in a text */
export const inner = (text: string): string =>
  toInner
    ? text.replace(toInner, (_m, s: string, h: string) => `https://${h.toLowerCase()}.${s.toLowerCase()}.${SUFFIX}`)
    : text
/** the reverse */
export const outer = (text: string): string =>
  schemes.size && text.includes(SUFFIX)
    ? text.replace(toOuter, (m, h: string, s: string) => (schemes.has(s) ? `${s}://${h}` : m))
    : text

/** In a policy, the scheme source `app:` has to become a host source. */
export function innerPolicy(csp: string): string {
  return inner(csp).replace(/(?<=^|[\s;])([a-z][a-z0-9+.-]*):(?=$|[\s;,])/gi, (m, s: string) =>
    schemes.has(s.toLowerCase()) ? `https://*.${s.toLowerCase()}.${SUFFIX}` : m,
  )
}
export function innerDocument(html: string): string {
  return inner(html).replace(
    /(<meta\b[^>]*http-equiv\s*=\s*["']?Content-Security-Policy["']?[^>]*\bcontent\s*=\s*")([^"]*)(")/gi,
    (_m, a, csp, b) => a + innerPolicy(csp) + b,
  )
}
export const fetchPatterns = (): string[] => schemeNames().flatMap((s) => [`https://*.${s}.${SUFFIX}/*`, `${s}://*`])
