import { describe, expect, it } from 'vitest'
import { findOpenClaw, type Surroundings } from './find-openclaw.ts'

const home = '/home/ann'
const config = `${home}/.openclaw/openclaw.json`

function around(files: Record<string, string>, more: Partial<Surroundings> = {}): Surroundings {
  return {
    env: {},
    home,
    uid: 1000,
    readFile: (file) => Promise.resolve(files[file]),
    isAlive: () => true,
    ...more,
  }
}
const find = (files: Record<string, string>, more: Partial<Surroundings> = {}, url?: string) =>
  findOpenClaw(around(files, more), url)
const withAuth = (auth: string, rest = '') => ({ [config]: `{ gateway: { auth: ${auth} }, ${rest} }` })

describe('the gateway', () => {
  it('is found with its port and token in a config with comments', async () => {
    const text = '{ gateway: { port: 19001, // mine\n auth: { token: "abc" } }, }'
    expect(await find({ [config]: text })).toEqual({
      url: 'ws://127.0.0.1:19001',
      credential: { kind: 'token', token: 'abc' },
    })
  })

  it('listens on 18789 when nothing says otherwise', async () => {
    expect((await find(withAuth('{ token: "abc" }'))).url).toBe('ws://127.0.0.1:18789')
  })

  it('is looked for where OPENCLAW_CONFIG_PATH, OPENCLAW_STATE_DIR or the profile say, and in the old folder', async () => {
    const files = (file: string) => ({ [file]: '{ gateway: { auth: { token: "abc" } } }' })
    const token = { credential: { token: 'abc' } }
    expect(await find(files('/x/c.json'), { env: { OPENCLAW_CONFIG_PATH: '/x/c.json' } })).toMatchObject(token)
    expect(await find(files(`${home}/s/openclaw.json`), { env: { OPENCLAW_STATE_DIR: '~/s' } })).toMatchObject(token)
    expect(
      await find(files(`${home}/.openclaw-work/openclaw.json`), { env: { OPENCLAW_PROFILE: 'work' } }),
    ).toMatchObject(token)
    expect(await find(files(`${home}/.clawdbot/clawdbot.json`))).toMatchObject(token)
  })

  it('is where its lock file says while the process lives', async () => {
    const files = {
      ...withAuth('{ token: "abc" }'),
      [`${home}/.openclaw/tmp/openclaw-1000/gateway.state.lock`]: `${JSON.stringify({ pid: 7, port: 20_123 })}\t \t`,
    }
    expect((await find(files)).url).toBe('ws://127.0.0.1:20123')
    expect((await find(files, { isAlive: () => false })).url).toBe('ws://127.0.0.1:18789')
    expect((await find(files, { isAlive: () => false, env: { OPENCLAW_GATEWAY_PORT: '19500' } })).url).toBe(
      'ws://127.0.0.1:19500',
    )
  })

  it('may be configured in an included file', async () => {
    const files = {
      [config]: '{ gateway: { $include: "./gateway.json5", port: 19002 } }',
      [`${home}/.openclaw/gateway.json5`]: '{ port: 1, auth: { token: "abc" } }',
    }
    expect(await find(files)).toEqual({ url: 'ws://127.0.0.1:19002', credential: { kind: 'token', token: 'abc' } })
  })

  it('may be named by its address, but only on this machine', async () => {
    const files = withAuth('{ token: "abc" }')
    expect((await find(files, {}, 'ws://localhost:19009')).url).toBe('ws://localhost:19009')
    await expect(find(files, {}, 'ws://192.168.1.4:18789')).rejects.toMatchObject({ code: 'gateway_not_found' })
    await expect(find(files, {}, 'http://127.0.0.1:1')).rejects.toMatchObject({ code: 'gateway_not_found' })
  })
})

describe('its token', () => {
  it.each([
    ['from the config, before the environment', '{ token: "abc" }', { OPENCLAW_GATEWAY_TOKEN: 'env' }, 'abc'],
    ['from the environment', '{}', { OPENCLAW_GATEWAY_TOKEN: 'env' }, 'env'],
    ['from a variable in the config', '{ token: "x-${MY_TOKEN}" }', { MY_TOKEN: 'abc' }, 'x-abc'],
    ['with an escaped variable', '{ token: "$${MY_TOKEN}" }', { MY_TOKEN: 'abc' }, '${MY_TOKEN}'],
    [
      'from a reference to a variable',
      '{ token: { source: "env", provider: "default", id: "MY_TOKEN" } }',
      { MY_TOKEN: 'abc' },
      'abc',
    ],
  ])('comes %s', async (_where, auth, env, token) => {
    expect(await find(withAuth(auth), { env })).toMatchObject({ credential: { kind: 'token', token } })
  })

  it('comes from .env beside the config, and from env.vars in it', async () => {
    const dotEnv = { ...withAuth('{}'), [`${home}/.openclaw/.env`]: 'OPENCLAW_GATEWAY_TOKEN="from dotenv"\n' }
    expect(await find(dotEnv)).toMatchObject({ credential: { token: 'from dotenv' } })
    const vars = withAuth('{ token: "${TOK}" }', 'env: { vars: { TOK: "inline" } }')
    expect(await find(vars)).toMatchObject({ credential: { token: 'inline' } })
  })

  it('may be a password, or not wanted at all', async () => {
    expect(await find(withAuth('{ mode: "password", password: "pw", token: "t" }'))).toMatchObject({
      credential: { kind: 'password', password: 'pw' },
    })
    expect(await find(withAuth('{ mode: "none" }'))).toMatchObject({ credential: { kind: 'none' } })
  })
})

describe('what is missing is named, with what to do about it', () => {
  it.each([
    ['no OpenClaw at all', {}, 'gateway_not_found', 'openclaw setup'],
    [
      'a config that points elsewhere',
      { [config]: '{ gateway: { mode: "remote" } }' },
      'gateway_not_found',
      'claw-mesh join',
    ],
    ['a config that cannot be read', { [config]: '{ gateway: ' }, 'gateway_not_found', 'openclaw doctor'],
    ['no token anywhere', withAuth('{}'), 'gateway_token_refused', 'openclaw config set gateway.auth.token'],
    ['no password', withAuth('{ mode: "password" }'), 'gateway_token_refused', 'gateway.auth.password'],
    ['a variable that is not set', withAuth('{ token: "${NOPE}" }'), 'gateway_token_refused', 'NOPE'],
    [
      'a reference we cannot follow',
      withAuth('{ token: { source: "exec", provider: "vault", id: "x" } }'),
      'gateway_token_refused',
      'OPENCLAW_GATEWAY_TOKEN',
    ],
    [
      'an included file that is not there',
      { [config]: '{ $include: "./more.json5" }' },
      'gateway_not_found',
      'openclaw doctor',
    ],
    ['an included file outside', { [config]: '{ $include: "../../etc/x" }' }, 'gateway_not_found', 'openclaw doctor'],
    [
      'TLS without its certificate',
      { [config]: '{ gateway: { tls: { enabled: true }, auth: { token: "t" } } }' },
      'gateway_not_found',
      'writes its certificate',
    ],
  ])('%s', async (_what, files, code, hint) => {
    await expect(find(files as Record<string, string>)).rejects.toMatchObject({
      code,
      hint: expect.stringContaining(hint) as string,
    })
  })
})

it('stops at included files that include themselves', async () => {
  const files = { [config]: '{ $include: "./openclaw.json" }' }
  await expect(find(files)).rejects.toMatchObject({ code: 'gateway_not_found' })
})
