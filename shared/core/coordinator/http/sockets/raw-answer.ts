/** Answers on a bare socket, where there is no HTTP response object: refused upgrades, requests that cannot be parsed. */
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { MeshError } from '../../../../contract/error.ts'
import { refusal } from '../error-reply.ts'

export function answerRaw(
  socket: Duplex,
  error: MeshError,
  extra: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const answer = refusal(error)
  const status = extra.status ?? answer.status
  const body = JSON.stringify(answer.body)
  const headers = {
    ...extra.headers,
    ...answer.headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\n${head.join('')}\r\n${body}`)
}
