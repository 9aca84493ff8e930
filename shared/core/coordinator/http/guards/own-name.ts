/** Which names and addresses this coordinator goes by, so that a page of another site cannot reach it under its own. */
import type { Socket } from 'node:net'
import { foldAddress } from './address.ts'

/** `host:port` as it stands in a Host header or an Origin, taken apart. Undefined when it is not one. */
export function readAuthority(text: string, defaultPort: number): { name: string; port: number } | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(\d{1,5}))?$/i.exec(text)
  if (!match?.[1]) return undefined
  return { name: match[1].toLowerCase(), port: match[2] === undefined ? defaultPort : Number(match[2]) }
}

/** True for a loopback name, or the address the request came in on, with the port it came in on. */
export function isOwn(authority: { readonly name: string; readonly port: number }, socket: Socket): boolean {
  // A socket that has no port (any more) gets no answer either; then only the name counts.
  if (socket.localPort !== undefined && authority.port !== socket.localPort) return false
  const { name } = authority
  if (name === 'localhost' || name.endsWith('.localhost') || name === '127.0.0.1' || name === '[::1]') return true
  return socket.localAddress !== undefined && name.replace(/^\[|\]$/g, '') === foldAddress(socket.localAddress)
}
