/** Random names. */
import { hash, randomBytes } from 'node:crypto'

export const randomHex = (digits: number): string =>
  randomBytes(Math.ceil(digits / 2))
    .toString('hex')
    .slice(0, digits)
/** `prefix-` + 16 hex. */
export const newId = (prefix: string): string => `${prefix}-${randomHex(16)}`
/** 256 bit, with a prefix by which a leaked one can be recognised: `cm_<kind>_…`. */
export const newToken = (kind: string): string => `cm_${kind}_${randomBytes(32).toString('base64url')}`
export const sha256Hex = (text: string): string => hash('sha256', text, 'hex')
