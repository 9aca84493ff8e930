/** The page's password, kept as a scrypt hash that says how it was made. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { MeshError } from '../../../../contract/error.ts'

/** 32 MiB and about a tenth of a second for one guess. */
const cost = { ln: 15, r: 8, p: 1 }
/** A damaged file must not be able to ask for all the machine's memory. */
const costliest = { ln: 18, r: 16, p: 16 }
const hashBytes = 32

const form = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w-]{16,86})\$([\w-]{43,86})$/

/** `$scrypt$ln=…,r=…,p=…$salt$hash`, the last two in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, hashBytes, cost)
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${salt.toString('base64url')}$${hash.toString('base64url')}`
}

/** Throws `settings_invalid` when `stored` is not what `hashPassword` makes. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [, ln, r, p, salt, hash] = form.exec(stored.trim()) ?? []
  const given = { ln: Number(ln), r: Number(r), p: Number(p) }
  const sane = given.ln >= 10 && given.ln <= costliest.ln && given.r <= costliest.r && given.p <= costliest.p
  if (salt === undefined || hash === undefined || !sane || given.r < 1 || given.p < 1) {
    throw new MeshError('settings_invalid', 'The stored hash of the page’s password is damaged.', {
      hint: 'Set a new password with `claw-mesh init --reset-password`.',
    })
  }
  const expected = Buffer.from(hash, 'base64url')
  const actual = await derive(password, Buffer.from(salt, 'base64url'), expected.length, given)
  return timingSafeEqual(actual, expected)
}

function derive(password: string, salt: Buffer, length: number, { ln, r, p }: typeof cost): Promise<Buffer> {
  const options = { N: 2 ** ln, r, p, maxmem: 256 * 2 ** ln * r + 256 * r * p }
  // The same password typed on another system may come in another Unicode form.
  const text = password.normalize('NFKC')
  return new Promise((resolve, reject) => {
    scrypt(text, salt, length, options, (error, key) => {
      if (error) reject(error)
      else resolve(key)
    })
  })
}
