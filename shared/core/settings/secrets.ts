/** What a coordinator keeps secret: admin token, join token, hash of the page's password. Each is a 0600 file. */
import { randomInt } from 'node:crypto'
import { MeshError } from '../../contract/error.ts'
import { makePrivateDir, readIfThere, writePrivateFile } from '../platform/files.ts'
import { files, type Home } from '../platform/home.ts'
import { newToken } from '../platform/ids.ts'
import { settingsTemplate } from './settings-template.ts'

export interface Secrets {
  readonly adminToken: string
  readonly joinToken: string
  readonly passwordHash: string
}

export interface Initialise {
  readonly home: Home
  readonly hashPassword: (password: string) => Promise<string>
  /** The page's password; made up when there is none yet and none is given. */
  readonly password?: string | undefined
  readonly resetPassword?: boolean | undefined
}

export interface Initialised {
  /** Names of the files that were written; empty when all was there. */
  readonly created: readonly string[]
  /** The password that was made up: shown this once, only its hash is kept. */
  readonly password?: string | undefined
}

/** Makes what is missing and leaves what is there. */
export async function initialise(options: Initialise): Promise<Initialised> {
  const places = files(options.home)
  await makePrivateDir(options.home.config)
  await makePrivateDir(options.home.data)
  const created: string[] = []
  const ensure = async (name: string, file: string, make: () => Promise<string> | string, anew = false) => {
    if (!anew && (await readSecret(file)) !== undefined) return
    await writePrivateFile(file, await make())
    created.push(name)
  }
  await ensure('settings.yaml', places.settings, () => settingsTemplate)
  await ensure('admin.token', places.adminToken, () => `${newToken('admin')}\n`)
  await ensure('join.token', places.joinToken, () => `${newToken('join')}\n`)
  const password = options.password ?? newPassword()
  const anew = options.resetPassword === true || options.password !== undefined
  await ensure('password.hash', places.passwordHash, async () => `${await options.hashPassword(password)}\n`, anew)
  const madeUp = created.includes('password.hash') && options.password === undefined
  return madeUp ? { created, password } : { created }
}

/** Throws `not_initialised` when one is missing, `forbidden` when one cannot be read. */
export async function readSecrets(home: Home): Promise<Secrets> {
  const places = files(home)
  return {
    adminToken: await need(places.adminToken),
    joinToken: await need(places.joinToken),
    passwordHash: await need(places.passwordHash),
  }
}

/** One secret's text, or undefined when there is none. Throws `forbidden` when the file is not ours to read. */
export async function readSecret(file: string): Promise<string | undefined> {
  try {
    const text = await readIfThere(file)
    return text?.trim() === '' ? undefined : text?.trim()
  } catch (cause) {
    throw new MeshError('forbidden', `${file} cannot be read by this user.`, {
      cause,
      hint: `Run the command as the user who ran \`claw-mesh init\`, or take the file back: chown "$USER" "${file}" && chmod 600 "${file}"`,
      details: { file },
    })
  }
}

async function need(file: string): Promise<string> {
  const text = await readSecret(file)
  if (text !== undefined) return text
  throw new MeshError('not_initialised', 'This machine has no coordinator yet.', {
    hint: 'Run `claw-mesh init`, or `claw-mesh up`, which does it too.',
    details: { file },
  })
}

/** Letters and digits that cannot be mistaken for each other, read aloud or typed from paper. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789'

/** Four groups of four: 79 bit. */
export function newPassword(): string {
  const group = () => Array.from({ length: 4 }, () => alphabet.charAt(randomInt(alphabet.length))).join('')
  return Array.from({ length: 4 }, group).join('-')
}
