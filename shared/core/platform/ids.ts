/** Random names. */
import { hash, randomBytes } from 'node:crypto'

/** `prefix-` + 16 hex. */
export const newId = (prefix: string): string => `${prefix}-${randomBytes(8).toString('hex')}`
/** 256 bit, with a prefix by which a leaked one can be recognised: `cm_<kind>_…`. */
export const newToken = (kind: string): string => `cm_${kind}_${randomBytes(32).toString('base64url')}`
export const sha256Hex = (text: string): string => hash('sha256', text, 'hex')
