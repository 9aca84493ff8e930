/** safeStorage: real AES-256-GCM; the key is a file in userData instead of the system's keyring. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

const MAGIC = Buffer.from('eoc1')

export function createSafeStorage(userData: () => string, isReady: () => boolean) {
  const available = () => isReady() && process.env.EOC_NO_KEYRING !== '1'
  const key = (): Buffer => {
    const file = path.join(userData(), 'eoc-safe-storage.key')
    try {
      return fs.readFileSync(file)
    } catch {
      fs.mkdirSync(path.dirname(file), { recursive: true })
      const k = randomBytes(32)
      fs.writeFileSync(file, k, { mode: 0o600, flag: 'wx' })
      return k
    }
  }
  const need = (what: string) => {
    if (!isReady()) throw new Error(`safeStorage cannot be used before app is ready`)
    if (!available())
      throw new Error(
        `Error while ${what} the text provided to safeStorage.${what === 'encrypting' ? 'encryptString' : 'decryptString'}. Encryption is not available.`,
      )
  }
  let plain = false
  return {
    isEncryptionAvailable: available,
    isAsyncEncryptionAvailable: async () => available(),
    getSelectedStorageBackend: () => (available() ? 'gnome_libsecret' : plain ? 'basic_text' : 'unknown'),
    setUsePlainTextEncryption: (use: boolean) => void (plain = use),
    encryptString(text: string): Buffer {
      need('encrypting')
      if (typeof text !== 'string') throw new TypeError('Error processing argument at index 0, conversion failure')
      const iv = randomBytes(12)
      const c = createCipheriv('aes-256-gcm', key(), iv)
      const body = Buffer.concat([c.update(text, 'utf8'), c.final()])
      return Buffer.concat([MAGIC, iv, c.getAuthTag(), body])
    },
    decryptString(data: Buffer): string {
      need('decrypting')
      const b = Buffer.from(data)
      try {
        if (!b.subarray(0, 4).equals(MAGIC)) throw new Error('not a ciphertext')
        const d = createDecipheriv('aes-256-gcm', key(), b.subarray(4, 16))
        d.setAuthTag(b.subarray(16, 32))
        return Buffer.concat([d.update(b.subarray(32)), d.final()]).toString('utf8')
      } catch {
        throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptString.')
      }
    },
    async encryptStringAsync(text: string): Promise<Buffer> {
      return this.encryptString(text)
    },
    async decryptStringAsync(data: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }> {
      return { result: this.decryptString(data), shouldReEncrypt: false }
    },
  }
}
