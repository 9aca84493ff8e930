import { expect, it } from 'vitest'
import { createHttpTransport } from './http-transport.ts'

interface Seen {
  readonly url: string
  readonly init: RequestInit
}

function setUp(respond: (seen: Seen) => Response | Promise<Response>) {
  const seen: Seen[] = []
  const state = { token: 'secret' as string | undefined, refused: 0 }
  const transport = createHttpTransport({
    origin: 'http://localhost:9180',
    fetch: async (input, init = {}) => {
      if (!(input instanceof URL)) throw new Error('The transport asks by URL.')
      const one = { url: input.href, init }
      seen.push(one)
      return respond(one)
    },
    openSocket: () => {
      throw new Error('No socket in this test.')
    },
    token: () => state.token,
    onUnauthorized: () => state.refused++,
  })
  return { transport, seen, state }
}

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status })
const headers = (seen: Seen | undefined) => new Headers(seen?.init.headers)

it('sends a message to a node by path, as JSON, with its token, and does not wait for the answer', async () => {
  const { transport, seen } = setUp(() => json(202, { message_id: 'msg-1', url: '/api/v1/messages/msg-1' }))
  const reply = await transport.call('messages.send_to', { node_id: 'a/b', content: 'hi' })
  expect(reply).toEqual({ message_id: 'msg-1', url: '/api/v1/messages/msg-1' })
  expect(seen[0]?.url).toBe('http://localhost:9180/api/v1/route/a%2Fb')
  expect(seen[0]?.init.body).toBe('{"content":"hi"}')
  expect(headers(seen[0]).get('authorization')).toBe('Bearer secret')
  expect(headers(seen[0]).get('prefer')).toBe('respond-async')
})

it('shows no token to the login', async () => {
  const { transport, seen } = setUp(() => json(201, { token: 't', scope: 'admin', expires_in_s: 1 }))
  await transport.call('session.login', { password: 'p' })
  expect(headers(seen[0]).has('authorization')).toBe(false)
})

it('takes an empty answer where none is due', async () => {
  const { transport } = setUp(() => new Response(null, { status: 204 }))
  await expect(transport.call('session.logout', {})).resolves.toBeUndefined()
})

it('gives errors their class, code and hint back', async () => {
  const { transport, state } = setUp(() =>
    json(404, { error: { code: 'message_not_found', message: 'No message msg-9.', hint: 'List them.' } }),
  )
  await expect(transport.call('messages.get', { message_id: 'msg-9' })).rejects.toMatchObject({
    name: 'MeshError',
    code: 'message_not_found',
    hint: 'List them.',
  })
  expect(state.refused).toBe(0)
})

it('says when its token is refused, but not for a token replaced meanwhile', async () => {
  const { transport, state } = setUp(() => json(401, { error: { code: 'unauthorized', message: 'Unknown token.' } }))
  await expect(transport.call('nodes.list', {})).rejects.toMatchObject({ code: 'unauthorized' })
  expect(state.refused).toBe(1)
  const pending = transport.call('nodes.list', {})
  state.token = 'newer'
  await expect(pending).rejects.toMatchObject({ code: 'unauthorized' })
  expect(state.refused).toBe(1)
})

it('takes a wrong password for a wrong password, not for an ended session', async () => {
  const { transport, state } = setUp(() => json(401, { error: { code: 'unauthorized', message: 'Wrong password.' } }))
  await expect(transport.call('session.login', { password: 'p' })).rejects.toMatchObject({ code: 'unauthorized' })
  expect(state.refused).toBe(0)
})

it('names an answer that is not of this version', async () => {
  const { transport } = setUp(() => json(200, [{ id: 'node-1' }]))
  await expect(transport.call('nodes.list', {})).rejects.toMatchObject({ code: 'protocol_mismatch' })
})

it.each([
  ['nobody listens', () => Promise.reject(new TypeError('fetch failed')), 'coordinator_unreachable'],
  ['nobody answers in time', () => Promise.reject(new DOMException('late', 'TimeoutError')), 'timeout'],
  ['a proxy answers instead', () => new Response('<h1>Bad gateway</h1>', { status: 502 }), 'coordinator_unreachable'],
])('says so when %s', async (_, respond, code) => {
  const { transport } = setUp(respond)
  await expect(transport.call('nodes.list', {})).rejects.toMatchObject({ code })
})
