/** Asks a gateway's `/readyz`, which needs no token, whether it starts, serves or drains. */
import http from 'node:http'
import https from 'node:https'
import { Type } from 'typebox'
import { isValid } from '../../contract/check.ts'
import type { GatewayTarget } from './find-openclaw.ts'
import { pinned } from './rpc-socket.ts'

export type Readiness = 'ready' | 'warming' | 'draining' | 'unreachable'

const maxBody = 64 * 1024
const Ready = Type.Object({ failing: Type.Array(Type.String()) })

export async function probe(target: GatewayTarget, timeoutMs: number): Promise<Readiness> {
  const { promise, resolve } = Promise.withResolvers<Readiness>()
  const url = new URL('/readyz', target.url.replace(/^ws/, 'http'))
  const lib = url.protocol === 'https:' ? https : http
  const options = { agent: false, signal: AbortSignal.timeout(timeoutMs), ...pinned(target) }
  const request = lib.get(url, options, (response) => {
    let body = ''
    response.setEncoding('utf8')
    response.on('data', (part: string) => {
      body += part
      if (body.length > maxBody) request.destroy()
    })
    response.on('end', () => resolve(readiness(body)))
    response.on('error', () => resolve('unreachable'))
    response.on('close', () => resolve('unreachable'))
  })
  request.on('error', () => resolve('unreachable'))
  return promise
}

/** Other reasons not to be ready (a chat channel that is broken) do not keep it from answering us. */
export function readiness(body: string): Readiness {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return 'unreachable'
  }
  if (!isValid(Ready, value)) return 'unreachable'
  if (value.failing.includes('gateway-draining')) return 'draining'
  if (value.failing.some((reason) => reason.startsWith('startup'))) return 'warming'
  return 'ready'
}
