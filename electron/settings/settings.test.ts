import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ChoicesFile } from './choices.ts'
import { SecretVault } from './secret-vault.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'claw-mesh-vault-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const keychain = (available = true, key = 'k') => ({
  isEncryptionAvailable: () => available,
  encryptString: (text: string) => Buffer.from(key + Buffer.from(text).toString('hex')),
  decryptString: (wrapped: Buffer) => {
    const text = wrapped.toString()
    if (!text.startsWith(key)) throw new Error('wrong key')
    return Buffer.from(text.slice(key.length), 'hex').toString()
  },
})
const file = () => path.join(dir, 'desktop-secrets.json')

it('keeps secrets wrapped, in a file for its owner only', async () => {
  const vault = new SecretVault({ dataDir: dir, keychain: keychain() })
  expect(await vault.read('a')).toBeUndefined()
  await Promise.all([vault.write('a', 'token-one'), vault.write('b', 'token-two')])
  expect(await vault.read('a')).toBe('token-one')
  expect(await new SecretVault({ dataDir: dir, keychain: keychain() }).read('b')).toBe('token-two')
  expect(readFileSync(file(), 'utf8')).not.toContain('token-')
  expect(statSync(file()).mode & 0o077).toBe(0)
  await vault.write('a', undefined)
  expect(await vault.read('a')).toBeUndefined()
})

it('says so where there is no keychain, and keeps nothing in clear', () => {
  const vault = new SecretVault({ dataDir: dir, keychain: keychain(false) })
  expect(() => vault.write('a', 'token-one')).toThrow(expect.objectContaining({ code: 'unsupported_feature' }))
  expect(existsSync(file())).toBe(false)
})

it('says so when the keychain has changed, and lives with a damaged file', async () => {
  await new SecretVault({ dataDir: dir, keychain: keychain() }).write('a', 'token-one')
  const other = new SecretVault({ dataDir: dir, keychain: keychain(true, 'other') })
  await expect(other.read('a')).rejects.toMatchObject({ code: 'forbidden' })
  writeFileSync(file(), '{"a"')
  expect(await other.read('a')).toBeUndefined()
})

it('remembers what was switched on, and forgets what was taken back', async () => {
  const choices = new ChoicesFile(dir)
  await choices.load()
  expect(choices.now).toMatchObject({ host: false, paused: false, told_hidden: false })
  await Promise.all([choices.change({ host: true, paused_until: 5 }), choices.change({ join: 'own' })])
  await choices.change({ paused_until: undefined })
  const again = new ChoicesFile(dir)
  await again.load()
  expect(again.now).toEqual({ host: true, join: 'own', paused: false, told_hidden: false, keep_hidden_window_s: 300 })
})

it.each(['not json', '[]', '{"host":"yes"}', 'null'])('begins anew with a file that says %s', async (text) => {
  writeFileSync(path.join(dir, 'desktop.json'), text)
  const choices = new ChoicesFile(dir)
  await choices.load()
  expect(choices.now.host).toBe(false)
})
