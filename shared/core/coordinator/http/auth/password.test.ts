import { expect, it } from 'vitest'
import { PagePassword } from './page-password.ts'
import { hashPassword, verifyPassword } from './password.ts'

it('knows a password again, in whichever Unicode form it is typed', async () => {
  const stored = await hashPassword('Café 密码')
  expect(stored).toMatch(/^\$scrypt\$ln=15,r=8,p=1\$/)
  expect(stored).not.toContain('Caf')
  expect(await verifyPassword('Cafe\u0301 密码', `${stored}\n`)).toBe(true)
  expect(await verifyPassword('Cafe 密码', stored)).toBe(false)
})

it('hashes the same password differently each time', async () => {
  expect(await hashPassword('x')).not.toBe(await hashPassword('x'))
})

const salt = 'A'.repeat(22)
const hash = 'A'.repeat(43)
it.each(['', 'plain', `$scrypt$ln=30,r=8,p=1$${salt}$${hash}`, `$scrypt$ln=15,r=0,p=1$${salt}$${hash}`])(
  'refuses the damaged hash "%s" instead of working on it',
  async (stored) => {
    await expect(verifyPassword('x', stored)).rejects.toMatchObject({ code: 'settings_invalid' })
  },
)

const cheap = '$scrypt$ln=10,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$'
it('checks few passwords at once and says when to come back', async () => {
  const page = new PagePassword({ hash: cheap + hash })
  const all = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => page.verify(`guess ${n}`)))
  expect(all.filter(({ status }) => status === 'rejected')).toHaveLength(4)
  expect(await page.verify('later')).toBe(false)
})
