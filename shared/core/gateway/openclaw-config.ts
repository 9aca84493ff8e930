/** Reads what a client needs out of an OpenClaw configuration: port, credential, TLS. Pure; `find-openclaw.ts` gathers the files. */
import JSON5 from 'json5'
import { Type } from 'typebox'
import { isValid } from '../../contract/check.ts'
import { MeshError } from '../../contract/error.ts'

export type Env = Readonly<Record<string, string | undefined>>
export type Tree = Readonly<Record<string, unknown>>

/** How to prove oneself to the gateway; `none` where it asks for nothing. */
export type Credential =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'none' }

export const defaultOpenClawPort = 18_789

export function parseConfig(text: string, file: string): Tree {
  let value: unknown
  try {
    value = JSON5.parse<unknown>(text)
  } catch (cause) {
    throw new MeshError('gateway_not_found', `${file} is not valid JSON5, so its gateway cannot be found.`, {
      hint: `Run \`openclaw doctor\` to repair ${file}, then start claw-mesh again.`,
      cause,
    })
  }
  if (isTree(value)) return value
  throw new MeshError('gateway_not_found', `${file} does not hold an object, so its gateway cannot be found.`, {
    hint: 'Run `openclaw setup` to write a new configuration.',
  })
}

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `at(config, 'gateway.auth.token')`; undefined where the path ends early. */
export function at(tree: Tree, path: string): unknown {
  let value: unknown = tree
  for (const key of path.split('.')) value = isTree(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return value
}

const variables = /\$?\$\{([A-Z_][A-Z0-9_]*)\}/g

/** `${NAME}` becomes the variable's value; one that is missing stays as written. `$${NAME}` is a literal `${NAME}`. */
export function substitute(text: string, env: Env): string {
  return text.replace(variables, (whole, name: string) =>
    whole.startsWith('$$') ? whole.slice(1) : env[name] || whole,
  )
}

/** What the gateway itself sees: variables set for it win over `.env`, which wins over `env.vars` of the config. */
export function effectiveEnv(config: Tree, dotEnv: Env, env: Env): Env {
  const vars = at(config, 'env.vars')
  const inline = isTree(vars)
    ? Object.fromEntries(
        Object.entries(vars).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
      )
    : {}
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value))
  return { ...inline, ...dotEnv, ...set }
}

/** The port the gateway is set to; a running one may say otherwise in its lock file. */
export function configuredPort(config: Tree, env: Env): number {
  const fromEnv = Number(env['OPENCLAW_GATEWAY_PORT'])
  if (isPort(fromEnv)) return fromEnv
  const port = at(config, 'gateway.port')
  const value = typeof port === 'string' ? Number(substitute(port, env)) : port
  return isPort(value) ? value : defaultOpenClawPort
}

export const isPort = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535

/** A config whose gateway is elsewhere has nothing on this machine to attach to. */
export function refuseRemote(config: Tree, file: string): void {
  if (at(config, 'gateway.mode') !== 'remote') return
  throw new MeshError(
    'gateway_not_found',
    `${file} says gateway.mode "remote": OpenClaw here only points at another machine's gateway.`,
    {
      hint: 'Run `claw-mesh join` on the machine where that gateway runs, or set gateway.mode to "local" here and start a gateway.',
    },
  )
}

/** Config wins over the environment, as in OpenClaw. Throws `gateway_token_refused` where no credential can be read. */
export function readCredential(config: Tree, env: Env, file: string): Credential {
  const mode = at(config, 'gateway.auth.mode')
  if (mode === 'none') return { kind: 'none' }
  const token = () => readSecret(config, 'gateway.auth.token', 'OPENCLAW_GATEWAY_TOKEN', env, file)
  const password = () => readSecret(config, 'gateway.auth.password', 'OPENCLAW_GATEWAY_PASSWORD', env, file)
  const wantsPassword = mode === 'password' || mode === 'trusted-proxy'
  if (!wantsPassword) {
    const found = token()
    if (found !== undefined) return { kind: 'token', token: found }
  }
  if (wantsPassword || mode === undefined) {
    const found = password()
    if (found !== undefined) return { kind: 'password', password: found }
  }
  const what = wantsPassword ? 'password' : 'token'
  throw new MeshError(
    'gateway_token_refused',
    `${file} holds no gateway ${what}, so its gateway would refuse claw-mesh.`,
    {
      hint: wantsPassword
        ? 'Set one: `openclaw config set gateway.auth.password <a long password>`, then restart the gateway.'
        : 'Without one OpenClaw makes up a secret token at every start. Set one: `openclaw config set gateway.auth.token "$(openssl rand -hex 24)"`, then restart the gateway.',
      details: { file, field: `gateway.auth.${what}` },
    },
  )
}

const SecretRef = Type.Object({ source: Type.String(), id: Type.String() })

function readSecret(config: Tree, path: string, variable: string, env: Env, file: string): string | undefined {
  const value = at(config, path)
  if (isValid(SecretRef, value)) {
    const found = value.source === 'env' ? env[value.id] : undefined
    if (found) return found
    const problem =
      value.source === 'env' ? `the variable ${value.id} is not set here` : `claw-mesh reads only source "env"`
    throw new MeshError(
      'gateway_token_refused',
      `${file}: ${path} is a reference (source "${value.source}"), and ${problem}.`,
      {
        hint: `Start claw-mesh with ${value.source === 'env' ? value.id : variable} in its environment, or put it into the .env file beside ${file}.`,
        details: { file, field: path },
      },
    )
  }
  const text = typeof value === 'string' ? value : ''
  const missing = [...text.matchAll(variables)].find(([whole, name = '']) => !whole.startsWith('$$') && !env[name])?.[1]
  if (missing !== undefined) {
    throw new MeshError('gateway_token_refused', `${file}: ${path} uses \${${missing}}, which is not set here.`, {
      hint: `Start claw-mesh with ${missing} in its environment, or put it into the .env file beside ${file}.`,
      details: { file, field: path },
    })
  }
  return substitute(text, env) || env[variable] || undefined
}
