/** Serves the built window under its own scheme: files of one folder, each with the same strict headers. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'

export const appScheme = 'app'
export const appUrl = 'app://claw-mesh/'

/** Only what the bundle itself brings. The page talks to nobody: everything it knows comes over IPC. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export const pageHeaders = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
} as const

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
}

/** The file of `root` that a URL means; undefined for anything that is not plainly inside. Pure. */
export function fileFor(root: string, text: string): string | undefined {
  const url = URL.parse(text)
  if (url?.protocol !== 'app:' || url.host !== 'claw-mesh') return undefined
  const wanted = decoded(url.pathname)
  if (wanted === undefined || wanted.includes('\0') || wanted.includes('\\')) return undefined
  const file = path.resolve(root, `.${wanted === '/' ? '/index.html' : wanted}`)
  return file.startsWith(path.resolve(root) + path.sep) ? file : undefined
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** Answers the requests of `protocol.handle`. */
export const serveFiles =
  (root: string) =>
  async (request: { readonly url: string; readonly method: string }): Promise<Response> => {
    const file = request.method === 'GET' ? fileFor(root, request.url) : undefined
    const type = types[path.extname(file ?? '')]
    if (file === undefined || type === undefined) return notFound()
    try {
      return new Response(new Uint8Array(await readFile(file)), { headers: { ...pageHeaders, 'content-type': type } })
    } catch {
      return notFound()
    }
  }

const notFound = (): Response => new Response('Not found', { status: 404, headers: pageHeaders })
