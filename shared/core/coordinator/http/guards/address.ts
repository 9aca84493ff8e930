/** A client's address as limits count it. */
import { isIPv6 } from 'node:net'

/** An IPv4 address that came in over an IPv6 socket is the same client as over IPv4. */
export const foldAddress = (address: string): string =>
  /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address.toLowerCase()

/** Who is counted: one IPv4 address, or one IPv6 network (/64), of which a single machine has all addresses. */
export function countedAddress(address: string | undefined): string {
  if (address === undefined) return 'unknown'
  const folded = foldAddress(address)
  if (!isIPv6(folded) || folded === '::1') return folded
  const [head = '', tail] = (folded.split('%')[0] ?? '').split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`
}
