/** The client's requests. Over `node:http`, because the relay has another address than the names the coordinator answers to. */
import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { clientDials } from './places.ts'

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
}

const answerWithinMs = 3_000
const agent = new Agent({ keepAlive: true })

/** Rejects when there is no whole reply in time. */
export async function ask(
  token: string,
  method: 'GET' | 'POST',
  path: string,
  { headers = {}, body }: { readonly headers?: Readonly<Record<string, string>>; readonly body?: object } = {},
): Promise<Reply> {
  const { host, port } = clientDials
  const sent = request({
    agent,
    host,
    port,
    method,
    path,
    headers: {
      ...headers,
      host: `localhost:${port}`,
      authorization: `Bearer ${token}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    signal: AbortSignal.timeout(answerWithinMs),
  })
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  sent.on('error', reject)
  sent.on('response', (response) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (part: string) => (text += part))
    response.on('error', reject)
    response.on('end', () => {
      try {
        const { statusCode: status = 0, headers } = response
        resolve({ status, headers, body: JSON.parse(text) as unknown })
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)))
      }
    })
  })
  sent.end(body ? JSON.stringify(body) : undefined)
  return promise
}
