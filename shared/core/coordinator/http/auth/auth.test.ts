import { expect, it } from 'vitest'
import type { CreatedToken } from '../../../../contract/system.ts'
import { doorBench, joinToken, password } from '../../../../testing/door-bench.ts'

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

it('asks for a token on every API route but health and login', async () => {
  const { app } = await doorBench()
  for (const url of ['/api/v1/nodes', '/api/v1/messages', '/api/v1/openapi.json', '/v1/models', '/api/v1/session']) {
    const response = await app.inject(url)
    expect([url, response.statusCode]).toEqual([url, 401])
    expect(response.headers['www-authenticate']).toBe('Bearer realm="claw-mesh"')
  }
  expect((await app.inject('/healthz')).statusCode).toBe(200)
})

it('refuses before it reads the body', async () => {
  const { app } = await doorBench()
  const response = await app.inject({ method: 'POST', url: '/api/v1/route', payload: '{', headers: bearer('wrong') })
  expect(response.statusCode).toBe(401)
})

it('gives each scope what it may do and no more', async () => {
  const { app, tokens } = await doorBench()
  const status = async (token: string, method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) =>
    (await app.inject({ method, url, headers: bearer(token), ...(payload ? { payload } : {}) })).statusCode
  const registration = { name: 'new', version: '1', capabilities: {} }
  expect(await status(tokens.viewer, 'GET', '/api/v1/nodes')).toBe(200)
  expect(await status(tokens.viewer, 'POST', '/api/v1/route', { content: 'x' })).toBe(403)
  expect(await status(tokens.operator, 'POST', '/api/v1/nodes/register', registration)).toBe(403)
  expect(await status(tokens.node, 'GET', '/api/v1/nodes')).toBe(403)
  expect(await status(joinToken, 'GET', '/api/v1/nodes')).toBe(403)
  // Allowed in, and stopped by what it sent.
  expect(await status(joinToken, 'POST', '/api/v1/nodes/register', registration)).toBe(400)
})

it('lets a node token act for its own node only, by id', async () => {
  const { app, tokens, services } = await doorBench()
  const beat = (node: string) =>
    app.inject({
      method: 'POST',
      url: `/api/v1/nodes/${node}/heartbeat`,
      headers: bearer(tokens.node),
      payload: { status: 'busy' },
    })
  expect((await beat('node-1')).statusCode).toBe(204)
  expect((await beat('node-2')).statusCode).toBe(403)
  // Its own name is not enough: names can change hands.
  expect((await beat('linux-1')).statusCode).toBe(403)
  expect(services.nodes.heartbeats).toEqual([{ nodeId: 'node-1', status: 'busy', load: undefined }])
})

it('tells a removed node that it was removed', async () => {
  const { app, auth, tokens } = await doorBench()
  await auth.tokens.revokeNode('node-1')
  const response = await app.inject({ method: 'DELETE', url: '/api/v1/nodes/node-1', headers: bearer(tokens.node) })
  expect(response.statusCode).toBe(410)
  expect(response.json()).toMatchObject({ error: { code: 'node_removed' } })
})

it('makes tokens for people: an operator sends and reads, a viewer reads, neither administers', async () => {
  const { app, call, services } = await doorBench()
  const made = async (scope: string, name: string) =>
    (await call({ method: 'POST', url: '/api/v1/tokens', payload: { scope, name } })).json<CreatedToken>()
  const ann = await made('operator', ' Ann ')
  expect(ann).toMatchObject({ scope: 'operator', name: 'Ann', token: expect.stringMatching(/^cm_operator_[\w-]{43}$/) })
  const eve = await made('viewer', 'Eve')
  expect(eve.id).not.toBe(ann.id)

  const status = async (token: string, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) =>
    (await app.inject({ method, url, headers: bearer(token), ...(payload ? { payload } : {}) })).statusCode
  const async = { ...bearer(ann.token), prefer: 'respond-async' }
  const sent = await app.inject({ method: 'POST', url: '/api/v1/route', headers: async, payload: { content: 'x' } })
  expect(sent.statusCode).toBe(202)
  expect(services.messages.sent[0]?.caller).toMatchObject({ scope: 'operator', sender: 'Ann' })
  expect(await status(eve.token, 'POST', '/api/v1/route', { content: 'x' })).toBe(403)
  for (const { token } of [ann, eve]) {
    expect(await status(token, 'GET', '/api/v1/nodes')).toBe(200)
    expect(await status(token, 'PATCH', '/api/v1/nodes/node-1', { admin: 'disabled' })).toBe(403)
    expect(await status(token, 'DELETE', '/api/v1/nodes/node-1')).toBe(403)
    expect(await status(token, 'POST', '/api/v1/tokens', { scope: 'viewer', name: 'Mallory' })).toBe(403)
  }
  expect(services.nodes.get('node-1').admin).toBe('active')
})

it('changes a node for an admin, and names what is wrong with a change', async () => {
  const { call } = await doorBench()
  const patch = (payload: object) => call({ method: 'PATCH', url: '/api/v1/nodes/linux-1', payload })
  expect((await patch({ admin: 'paused', pause_for_s: 60, tags: ['fast'] })).json()).toMatchObject({
    ...{ id: 'node-1', admin: 'paused', admin_tags: ['fast'] },
  })
  for (const wrong of [{ admin: 'off' }, { tags: 'fast' }, { tags: [''] }, { pause_for_s: 0 }, { colour: 'red' }]) {
    const response = await patch(wrong)
    expect([response.statusCode, response.json().error.message]).toEqual([
      400,
      expect.stringContaining(Object.keys(wrong)[0] ?? ''),
    ])
  }
})

it('trades the password for a session, which logs out', async () => {
  const { app } = await doorBench()
  const login = await app.inject({ method: 'POST', url: '/api/v1/session', payload: { password } })
  expect(login.statusCode).toBe(201)
  expect(login.headers['set-cookie']).toBeUndefined()
  const { token, scope } = login.json()
  expect(scope).toBe('admin')
  const who = await app.inject({ url: '/api/v1/session', headers: bearer(token) })
  expect(who.json()).toEqual({ scope: 'admin', sender: 'owner', version: '0.0.0-test', boot_id: 'boot-1' })
  const logout = { method: 'DELETE', url: '/api/v1/session', headers: bearer(token) } as const
  expect((await app.inject(logout)).statusCode).toBe(204)
  expect((await app.inject(logout)).statusCode).toBe(401)
})

it('refuses a wrong password and a login body that is too large', async () => {
  const { app } = await doorBench()
  const login = (payload: object) => app.inject({ method: 'POST', url: '/api/v1/session', payload })
  expect((await login({ password: 'wrong' })).statusCode).toBe(401)
  expect((await login({ password: 'x'.repeat(20_000) })).statusCode).toBe(413)
})

it('takes Basic with the password from scripts, with any user name', async () => {
  const { app } = await doorBench()
  const call = (authorization: string, headers = {}) =>
    app.inject({ url: '/api/v1/nodes', headers: { authorization, ...headers } })
  expect((await call(basic(`anyone:${password}`))).statusCode).toBe(200)
  expect((await call(basic(`:${password}`))).statusCode).toBe(200)
  expect((await call(basic('anyone:wrong'))).statusCode).toBe(401)
  expect((await call(basic('no colon'))).statusCode).toBe(401)
  expect((await call('Digest x')).statusCode).toBe(401)
})

it.each([{ origin: 'http://localhost' }, { 'sec-fetch-site': 'same-origin' }])(
  'refuses Basic from a browser: %o',
  async (headers) => {
    const { app } = await doorBench()
    const authorization = basic(`x:${password}`)
    const response = await app.inject({ url: '/api/v1/nodes', headers: { authorization, ...headers } })
    expect(response.statusCode).toBe(401)
    expect(response.json().error.message).toContain('Basic is for scripts')
  },
)

it('takes no cookie for anything', async () => {
  const { app, tokens } = await doorBench()
  const response = await app.inject({ url: '/api/v1/nodes', headers: { cookie: `token=${tokens.operator}` } })
  expect(response.statusCode).toBe(401)
})
