/**
 * Tokens for other coordinators and keys of providers, wrapped by the system's keychain, in one 0600 file. What the
 * keychain wrapped only this user's desktop session opens; a copied file is worth nothing.
 */
import path from 'node:path'
import { MeshError } from '../../shared/contract/error.ts'
import { readIfThere, writePrivateFile } from '../../shared/core/platform/files.ts'

/** Electron's `safeStorage`, as far as it is used here. */
export interface Keychain {
  isEncryptionAvailable(): boolean
  encryptString(text: string): Buffer
  decryptString(wrapped: Buffer): string
}

export interface SecretVaultDeps {
  readonly dataDir: string
  readonly keychain: Keychain
}

export class SecretVault {
  readonly #deps: SecretVaultDeps
  readonly #file: string
  #writing: Promise<void> = Promise.resolve()

  constructor(deps: SecretVaultDeps) {
    this.#deps = deps
    this.#file = path.join(deps.dataDir, 'desktop-secrets.json')
  }

  /** Undefined when there is none. Throws `forbidden` when it is there and cannot be opened any more. */
  async read(name: string): Promise<string | undefined> {
    await this.#writing.catch(() => undefined)
    const wrapped = (await this.#all())[name]
    if (wrapped === undefined) return undefined
    this.#need()
    try {
      return this.#deps.keychain.decryptString(Buffer.from(wrapped, 'base64'))
    } catch (cause) {
      throw new MeshError('forbidden', 'A stored token cannot be opened with the system’s keychain any more.', {
        cause,
        hint: 'Give the token again: join the coordinator once more.',
      })
    }
  }

  /** Undefined removes it. Throws `unsupported_feature` when this system has no keychain. */
  write(name: string, secret: string | undefined): Promise<void> {
    if (secret !== undefined) this.#need()
    const wrapped = secret === undefined ? undefined : this.#deps.keychain.encryptString(secret).toString('base64')
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#put(name, wrapped))
    return this.#writing
  }

  async #put(name: string, wrapped: string | undefined): Promise<void> {
    const { [name]: _, ...others } = await this.#all()
    const kept = wrapped === undefined ? others : { ...others, [name]: wrapped }
    await writePrivateFile(this.#file, `${JSON.stringify(kept, null, 2)}\n`)
  }

  async #all(): Promise<Readonly<Record<string, string>>> {
    try {
      const value: unknown = JSON.parse((await readIfThere(this.#file)) ?? '{}')
      if (typeof value !== 'object' || value === null) return {}
      return Object.fromEntries(Object.entries(value).filter(([, wrapped]) => typeof wrapped === 'string'))
    } catch (error) {
      if (error instanceof SyntaxError) return {}
      throw error
    }
  }

  #need(): void {
    if (this.#deps.keychain.isEncryptionAvailable()) return
    throw new MeshError('unsupported_feature', 'This system has no keychain to keep tokens in.', {
      hint: 'On Linux, unlock or install GNOME Keyring or KWallet, then start claw-mesh again.',
    })
  }
}
