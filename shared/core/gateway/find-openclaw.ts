/** Finds the OpenClaw gateway of this machine and the way in: its files, its port, its credential, its certificate. */
import { X509Certificate } from 'node:crypto'
import os from 'node:os'
import path from 'node:path'
import { parseEnv } from 'node:util'
import { Type } from 'typebox'
import { isValid } from '../../contract/check.ts'
import { MeshError } from '../../contract/error.ts'
import { readIfThere } from '../platform/files.ts'
import {
  at,
  configuredPort,
  type Credential,
  effectiveEnv,
  type Env,
  isPort,
  parseConfig,
  readCredential,
  refuseRemote,
  substitute,
  type Tree,
} from './openclaw-config.ts'
import { type ReadFile, resolveIncludes } from './openclaw-include.ts'

/** Where a gateway listens and how to prove oneself there. */
export interface GatewayTarget {
  /** ws: or wss:, loopback. */
  readonly url: string
  readonly credential: Credential
  /** The only certificate that is trusted there, and its SHA-256; for wss. */
  readonly certificate?: { readonly pem: string; readonly fingerprint256: string } | undefined
}

export interface Surroundings {
  readonly env: Env
  /** The user's home folder. */
  readonly home: string
  /** Numeric user id; undefined on Windows. */
  readonly uid: number | undefined
  readonly readFile: ReadFile
  readonly isAlive: (pid: number) => boolean
}

export function surroundingsOf(env: Env): Surroundings {
  return {
    env,
    home: env['OPENCLAW_HOME'] || env['HOME'] || env['USERPROFILE'] || os.homedir(),
    uid: process.getuid?.(),
    readFile: readConfigFile,
    isAlive: (pid) => {
      try {
        process.kill(pid, 0)
        return true
      } catch (error) {
        return (error as NodeJS.ErrnoException).code === 'EPERM'
      }
    },
  }
}

async function readConfigFile(file: string): Promise<string | undefined> {
  try {
    return await readIfThere(file)
  } catch (cause) {
    throw new MeshError('gateway_token_refused', `${file} cannot be read.`, {
      hint: 'Run claw-mesh as the user whose gateway it is, or give that user the right to read the file.',
      cause,
    })
  }
}

/** Throws `gateway_not_found` or `gateway_token_refused`, with a hint that says what to do. `url` overrides what was found. */
export async function findOpenClaw(around: Surroundings, url = ''): Promise<GatewayTarget> {
  const found = await findConfig(around)
  if (!found) {
    if (url !== '') return { url: loopbackUrl(url), credential: readCredential({}, around.env, 'The environment') }
    throw notFound(around)
  }
  const { file, stateDir, text } = found
  const config = await resolveIncludes(parseConfig(text, file), file, around.readFile)
  refuseRemote(config, file)
  const dotEnv = parseEnv((await around.readFile(path.join(stateDir, '.env'))) ?? '')
  const env = effectiveEnv(config, dotEnv, around.env)
  const credential = readCredential(config, env, file)
  const tls = at(config, 'gateway.tls.enabled') === true
  const port = (await runningPort(around, stateDir)) ?? configuredPort(config, env)
  const target = url === '' ? `${tls ? 'wss' : 'ws'}://127.0.0.1:${port}` : loopbackUrl(url)
  if (!target.startsWith('wss:')) return { url: target, credential }
  return { url: target, credential, certificate: await readCertificate(around, config, env, stateDir) }
}

/** Config files in the order OpenClaw looks for them. */
export function configCandidates({ env, home }: Pick<Surroundings, 'env' | 'home'>): string[] {
  const explicit = env['OPENCLAW_CONFIG_PATH']
  if (explicit) return [expand(explicit, home)]
  const state = env['OPENCLAW_STATE_DIR']
  const profile = env['OPENCLAW_PROFILE']
  const folders = state
    ? [expand(state, home)]
    : profile && profile !== 'default'
      ? [path.join(home, `.openclaw-${profile}`)]
      : [path.join(home, '.openclaw'), path.join(home, '.clawdbot')]
  return folders.flatMap((dir) => [path.join(dir, 'openclaw.json'), path.join(dir, 'clawdbot.json')])
}

const expand = (name: string, home: string): string =>
  name === '~' || name.startsWith('~/') ? path.join(home, name.slice(1)) : path.resolve(name)

interface FoundConfig {
  readonly file: string
  readonly stateDir: string
  readonly text: string
}

async function findConfig(around: Surroundings): Promise<FoundConfig | undefined> {
  const state = around.env['OPENCLAW_STATE_DIR']
  for (const file of configCandidates(around)) {
    const text = await around.readFile(file)
    if (text !== undefined) return { file, text, stateDir: state ? expand(state, around.home) : path.dirname(file) }
  }
  return undefined
}

function notFound(around: Surroundings): MeshError {
  const looked = configCandidates(around)
  return new MeshError('gateway_not_found', 'No OpenClaw gateway was found on this machine.', {
    hint: `Looked for ${looked.join(', ')}. Install OpenClaw and run \`openclaw setup\`; or name what else answers here: \`claw-mesh join --gateway-url http://127.0.0.1:11434/v1\` (Ollama, LM Studio, vLLM; gateway.url in the settings), or \`--gateway demo\` to try the mesh without any.`,
    details: { looked_for: looked },
  })
}

/** OpenClaw takes a client without a paired device only from the gateway's own host, and its token must not cross a network. */
function loopbackUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isLocal = url !== undefined && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  if (url && isLocal && (url.protocol === 'ws:' || url.protocol === 'wss:')) return `${url.protocol}//${url.host}`
  throw new MeshError(
    'gateway_not_found',
    `gateway.url: "${text.slice(0, 200)}" is not a ws:// or wss:// address on this machine.`,
    {
      hint: 'Leave gateway.url empty to use the gateway of this machine; for a gateway elsewhere run claw-mesh on its host.',
      details: { field: 'gateway.url' },
    },
  )
}

const LockFile = Type.Object({ pid: Type.Integer({ minimum: 1 }), port: Type.Integer() })

/** The running gateway's lock file is the truth about its port; the layout is private to OpenClaw, so it is only a hint. */
async function runningPort(around: Surroundings, stateDir: string): Promise<number | undefined> {
  const folder = around.uid === undefined ? 'openclaw' : `openclaw-${around.uid}`
  try {
    const text = await around.readFile(path.join(stateDir, 'tmp', folder, 'gateway.state.lock'))
    const lock: unknown = JSON.parse(text ?? 'null')
    return isValid(LockFile, lock) && isPort(lock.port) && around.isAlive(lock.pid) ? lock.port : undefined
  } catch {
    return undefined
  }
}

async function readCertificate(around: Surroundings, config: Tree, env: Env, stateDir: string) {
  const set = at(config, 'gateway.tls.certPath')
  const file =
    typeof set === 'string'
      ? expand(substitute(set, env), around.home)
      : path.join(stateDir, 'gateway', 'tls', 'gateway-cert.pem')
  const pem = await around.readFile(file)
  try {
    if (pem !== undefined) return { pem, fingerprint256: new X509Certificate(pem).fingerprint256 }
  } catch (cause) {
    throw new MeshError('gateway_not_found', `${file} is not a certificate.`, { hint: 'Run `openclaw doctor`.', cause })
  }
  throw new MeshError('gateway_not_found', `The gateway uses TLS, but its certificate ${file} is not there.`, {
    hint: 'Start the gateway once, so that it writes its certificate, then try again.',
  })
}
