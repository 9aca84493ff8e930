import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { files, findHome, type Home } from '../platform/home.ts'
import { initialise, newPassword, readSecret, readSecrets } from './secrets.ts'

const hashPassword = async (password: string) => `hash of ${password}`
let root: string
let home: Home

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'claw-mesh-secrets-'))
  home = findHome({ CLAW_MESH_HOME: path.join(root, 'home') })
})
afterEach(() => rm(root, { recursive: true, force: true }))

it('makes everything once, for its owner only, and shows the password it made up', async () => {
  const { created, password } = await initialise({ home, hashPassword })
  expect(created).toEqual(['settings.yaml', 'admin.token', 'join.token', 'password.hash'])
  const secrets = await readSecrets(home)
  expect(secrets.adminToken).toMatch(/^cm_admin_[\w-]{43}$/)
  expect(secrets.joinToken).toMatch(/^cm_join_[\w-]{43}$/)
  expect(secrets.passwordHash).toBe(`hash of ${password ?? ''}`)
  const modes = await Promise.all(
    [home.data, files(home).adminToken, files(home).settings].map(async (file) => (await stat(file)).mode & 0o777),
  )
  expect(modes).toEqual([0o700, 0o600, 0o600])
})

it('changes nothing the second time', async () => {
  await initialise({ home, hashPassword })
  const before = await readSecrets(home)
  expect(await initialise({ home, hashPassword })).toEqual({ created: [] })
  expect(await readSecrets(home)).toEqual(before)
})

it('makes a new password on request and leaves the tokens', async () => {
  await initialise({ home, hashPassword })
  const before = await readSecrets(home)
  const again = await initialise({ home, hashPassword, resetPassword: true })
  expect(again.created).toEqual(['password.hash'])
  expect(await readSecrets(home)).toEqual({ ...before, passwordHash: `hash of ${again.password ?? ''}` })
})

it('takes a given password and does not repeat it', async () => {
  expect((await initialise({ home, hashPassword, password: 'mine' })).password).toBeUndefined()
  expect((await readSecrets(home)).passwordHash).toBe('hash of mine')
})

it('makes anew what is lost or empty', async () => {
  await initialise({ home, hashPassword })
  await rm(files(home).joinToken)
  expect((await initialise({ home, hashPassword })).created).toEqual(['join.token'])
})

it('says how to set up a machine that is not', async () => {
  await expect(readSecrets(home)).rejects.toMatchObject({
    code: 'not_initialised',
    hint: expect.stringContaining('claw-mesh init') as string,
  })
})

it('says whose file it is when a secret cannot be read', async () => {
  await expect(readSecret(root)).rejects.toMatchObject({ code: 'forbidden', details: { file: root } })
})

it('makes up passwords that can be read aloud', () => {
  const made = Array.from({ length: 50 }, newPassword)
  expect(new Set(made).size).toBe(50)
  for (const password of made) expect(password).toMatch(/^([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}$/)
})

it('keeps no password in clear', async () => {
  const { password = '' } = await initialise({ home, hashPassword: async () => 'a hash' })
  const texts = await Promise.all(Object.values(files(home)).map((file) => readFile(file, 'utf8').catch(() => '')))
  expect(texts.join('')).not.toContain(password)
})
