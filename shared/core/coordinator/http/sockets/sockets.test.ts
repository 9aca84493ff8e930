import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { type ClientOptions, WebSocket } from 'ws'
import { eventsClose } from '../../../../contract/event.ts'
import { adminToken, type BenchOptions, joinToken, openBench } from '../../../../testing/door-bench.ts'
import type { EventsLimits } from './events.ts'

type Frame = Record<string, unknown> & { readonly type: string; readonly seq: number }

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function opened(options: BenchOptions & { readonly limits?: Partial<EventsLimits> } = {}) {
  const bench = await openBench(options)
  stops.push(bench.stop)
  const dial = (path: string, client: ClientOptions = {}) => {
    const socket = new WebSocket(`ws://127.0.0.1:${bench.port}${path}`, client)
    stops.push(() => {
      // One that was refused says so when it is ended.
      socket.on('error', () => undefined)
      socket.terminate()
    })
    return socket
  }
  return { ...bench, dial }
}
const bearer = (token: string): ClientOptions => ({ headers: { authorization: `Bearer ${token}` } })

/** Frames in the order they come, each awaited once. */
function reader(socket: WebSocket) {
  const frames: Frame[] = []
  let wake = (): void => undefined
  socket.on('message', (data: Buffer) => {
    frames.push(JSON.parse(data.toString()) as Frame)
    wake()
  })
  return async (): Promise<Frame> => {
    while (frames.length === 0) await new Promise<void>((resolve) => (wake = resolve))
    return frames.shift()!
  }
}

async function refusal(socket: WebSocket) {
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
  let body = ''
  for await (const part of response) body += String(part)
  return { status: response.statusCode, code: (JSON.parse(body) as { error: { code: string } }).error.code }
}
const closing = async (socket: WebSocket) => {
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer]
  return { code, reason: reason.toString() }
}

it('upgrades at two paths only', async () => {
  const { dial } = await opened()
  expect(await refusal(dial('/ws/other', bearer(adminToken)))).toEqual({ status: 404, code: 'route_not_found' })
  expect(await refusal(dial('/', bearer(adminToken)))).toEqual({ status: 404, code: 'route_not_found' })
})

const guarded = [
  { guard: 'host', code: 'host_not_allowed', path: '/ws/events', headers: { host: 'evil.example' } },
  { guard: 'origin', code: 'origin_not_allowed', path: '/ws/events', headers: { origin: 'https://evil.example' } },
  { guard: 'origin', code: 'origin_not_allowed', path: '/ws/agent', headers: { origin: 'null' } },
  { guard: 'forwarded', code: 'proxy_not_configured', path: '/ws/events', headers: { 'x-forwarded-for': '1.2.3.4' } },
  { guard: 'token-in-url', code: 'invalid_input', path: '/ws/events?token=x', headers: {} },
]
it.each(guarded)('refuses an upgrade by the guard $guard, and only by it', async ({ guard, code, path, headers }) => {
  const { dial } = await opened()
  expect((await refusal(dial(path, { headers }))).code).toBe(code)
  const open = await opened({ without: guard })
  if (path === '/ws/agent') expect((await refusal(open.dial(path, { headers }))).code).toBe('unauthorized')
  else await once(open.dial(path, { headers }), 'open')
})

it('answers a broken handshake with an envelope, and an upgrade to something else as the request it is', async () => {
  const { url } = await opened()
  const ask = async (headers: Record<string, string>) => {
    const asked = request(`${url}/ws/events`, { headers: { connection: 'upgrade', ...headers } })
    asked.end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    let body = ''
    for await (const part of response) body += String(part)
    return { status: response.statusCode, code: (JSON.parse(body) as { error: { code: string } }).error.code }
  }
  expect(await ask({ upgrade: 'websocket' })).toEqual({ status: 400, code: 'invalid_input' })
  expect(await ask({ upgrade: 'h2c' })).toEqual({ status: 404, code: 'route_not_found' })
})

it('hands the link of a node over, and refuses every other token', async () => {
  const { dial, tokens, services } = await opened()
  expect(await refusal(dial('/ws/agent'))).toEqual({ status: 401, code: 'unauthorized' })
  expect(await refusal(dial('/ws/agent', bearer('wrong')))).toEqual({ status: 401, code: 'unauthorized' })
  expect(await refusal(dial('/ws/agent', bearer(joinToken)))).toEqual({ status: 403, code: 'forbidden' })
  const link = dial('/ws/agent', bearer(tokens.node))
  expect(await reader(link)()).toEqual({ accepted: 'node-1' })
  expect(services.linked).toEqual(['node-1'])
})

it('tells a removed node so, by its token or by its absence', async () => {
  const { dial, tokens, auth, services } = await opened()
  services.nodes.nodes = []
  expect(await refusal(dial('/ws/agent', bearer(tokens.node)))).toEqual({ status: 410, code: 'node_removed' })
  await auth.tokens.revokeNode('node-1')
  expect(await refusal(dial('/ws/agent', bearer(tokens.node)))).toEqual({ status: 410, code: 'node_removed' })
})

it('takes the token of events as header or as first frame', async () => {
  const { dial, services, tokens } = await opened()
  services.tell('node-1')
  const byHeader = reader(dial('/ws/events', bearer(tokens.viewer)))
  expect(await byHeader()).toEqual({ type: 'hello', boot_id: 'boot-1', seq: 1 })
  const socket = dial('/ws/events')
  const byFrame = reader(socket)
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'auth', token: adminToken }))
  expect(await byFrame()).toEqual({ type: 'hello', boot_id: 'boot-1', seq: 1 })
  services.tell('node-1')
  expect(await byFrame()).toMatchObject({ type: 'node.updated', seq: 2 })
  expect(await byHeader()).toMatchObject({ type: 'node.updated', seq: 2 })
})

it('refuses a header whose token may not listen before it upgrades', async () => {
  const { dial } = await opened()
  expect(await refusal(dial('/ws/events', bearer(joinToken)))).toEqual({ status: 403, code: 'forbidden' })
})

it.each([
  [{ type: 'auth', token: 'wrong' }, 'unauthorized', 'unauthorized'],
  [{ type: 'auth', token: joinToken }, 'unauthorized', 'forbidden'],
  [{ type: 'watch', message_id: 'x' }, 'bad_frame', 'bad_frame'],
] as const)('closes on the first frame %j', async (frame, reason, code) => {
  const { dial } = await opened()
  const socket = dial('/ws/events')
  const next = reader(socket)
  await once(socket, 'open')
  socket.send(JSON.stringify(frame))
  const closed = closing(socket)
  expect(await next()).toMatchObject({ type: 'error', error: { code } })
  expect(await closed).toEqual({ code: eventsClose[reason], reason })
})

it('closes a socket that shows no token within three seconds, or sends too much', async () => {
  const { dial, clock } = await opened()
  const silent = dial('/ws/events')
  await once(silent, 'open')
  const closed = closing(silent)
  await clock.advance(3_000)
  expect(await closed).toEqual({ code: eventsClose.timeout, reason: 'timeout' })
  const loud = dial('/ws/events')
  await once(loud, 'open')
  const cut = closing(loud)
  loud.send('x'.repeat(5_000))
  expect((await cut).code).toBe(1009)
})

it('resumes after the last event seen, or says that there is a gap', async () => {
  const { dial, services } = await opened()
  for (let n = 0; n < 3; n++) services.tell('node-1')
  const resumed = reader(dial('/ws/events?since=boot-1:1', bearer(adminToken)))
  expect(await resumed()).toEqual({ type: 'hello', boot_id: 'boot-1', seq: 3 })
  expect([(await resumed()).seq, (await resumed()).seq]).toEqual([2, 3])
  for (const since of ['boot-0:1', 'boot-1:99', 'nonsense']) {
    const next = reader(dial(`/ws/events?since=${since}`, bearer(adminToken)))
    expect(await next()).toEqual({ type: 'gap', boot_id: 'boot-1', seq: 3 })
  }
})

it('tells the text of a message to those who watch it, before its end and in order', async () => {
  const { dial, services, call } = await opened()
  await call({ method: 'POST', url: '/api/v1/route', payload: { content: 'hi' }, headers: { prefer: 'respond-async' } })
  services.messages.start('msg-1')
  services.messages.delta('msg-1', 0, 'Hel')
  const socket = dial('/ws/events', bearer(adminToken))
  const next = reader(socket)
  const other = reader(dial('/ws/events', bearer(adminToken)))
  await Promise.all([next(), other()])
  socket.send(JSON.stringify({ type: 'watch', message_id: 'msg-1' }))
  expect(await next()).toMatchObject({ type: 'message.delta', data: { text: 'Hel' } })
  services.messages.delta('msg-1', 3, 'lo')
  services.messages.succeed('msg-1', 'Hello')
  services.tell('node-1')
  const seen = [await next(), await next(), await next()]
  const types = seen.map(({ type }) => type)
  expect(types.indexOf('message.delta')).toBeLessThan(types.indexOf('message.succeeded'))
  expect(seen.find(({ type }) => type === 'message.delta')).toMatchObject({ data: { text: 'lo' } })
  expect(seen.find(({ type }) => type === 'message.succeeded')).toMatchObject({ data: { response: 'Hello' } })
  const unwatched = await other()
  expect(unwatched.type).toBe('message.succeeded')
  expect(unwatched['data']).not.toHaveProperty('response')
})

it('tells the newest event of a message that is not watched any more, and watches it again at once', async () => {
  const { dial, services, call } = await opened()
  await call({ method: 'POST', url: '/api/v1/route', payload: { content: 'hi' }, headers: { prefer: 'respond-async' } })
  const socket = dial('/ws/events', bearer(adminToken))
  const next = reader(socket)
  await next()
  const watch = { message_id: 'msg-1' }
  for (const type of ['watch', 'unwatch', 'watch']) socket.send(JSON.stringify({ type, ...watch }))
  socket.send(JSON.stringify({ type: 'watch', message_id: 'none' }))
  expect(await next()).toMatchObject({ type: 'error', message_id: 'none', error: { code: 'message_not_found' } })
  services.messages.start('msg-1')
  expect(await next()).toMatchObject({ type: 'message.started' })
  services.messages.delta('msg-1', 0, 'x')
  expect(await next()).toMatchObject({ type: 'message.delta' })
  socket.send(JSON.stringify({ type: 'unwatch', ...watch }))
  socket.send(JSON.stringify({ type: 'watch', message_id: 'none' }))
  expect(await next()).toMatchObject({ type: 'error', message_id: 'none' })
  services.messages.succeed('msg-1', 'x')
  expect(await next()).toMatchObject({ type: 'message.succeeded', data: { message: { state: 'succeeded' } } })
})

it('tells what it held back for a watch that ends before telling it', async () => {
  const { dial, services, call } = await opened()
  const { messages } = services
  await call({ method: 'POST', url: '/api/v1/route', payload: { content: 'hi' }, headers: { prefer: 'respond-async' } })
  const watched = Promise.withResolvers<undefined>()
  messages.follow = async function* (_, { signal }) {
    watched.resolve(undefined)
    await once(signal, 'abort')
    yield* []
  }
  const socket = dial('/ws/events', bearer(adminToken))
  const next = reader(socket)
  await next()
  socket.send(JSON.stringify({ type: 'watch', message_id: 'msg-1' }))
  await watched.promise
  messages.start('msg-1')
  services.tell('node-1')
  expect((await next()).type).toBe('node.updated')
  socket.send(JSON.stringify({ type: 'unwatch', message_id: 'msg-1' }))
  expect((await next()).type).toBe('message.started')
})

it('closes on a frame it does not know', async () => {
  const { dial } = await opened()
  const socket = dial('/ws/events', bearer(adminToken))
  await once(socket, 'open')
  const closed = closing(socket)
  socket.send('{"type":"shout"}')
  expect(await closed).toEqual({ code: eventsClose.bad_frame, reason: 'bad_frame' })
})

it('ends the socket of a session that logs out', async () => {
  const { dial, auth, app } = await opened()
  const { token } = auth.tokens.openSession()
  const socket = dial('/ws/events', bearer(token))
  await reader(socket)()
  const closed = closing(socket)
  const host = { headers: { authorization: `Bearer ${token}` } }
  expect((await app.inject({ method: 'DELETE', url: '/api/v1/session', ...host })).statusCode).toBe(204)
  expect(await closed).toEqual({ code: eventsClose.unauthorized, reason: 'unauthorized' })
})

it('closes a socket that cannot keep up, and no other', async () => {
  const { dial, services } = await opened({ limits: { maxWaitingBytes: 64 * 1_024 } })
  const slow = dial('/ws/events', bearer(adminToken))
  const fast = dial('/ws/events', bearer(adminToken))
  const next = reader(fast)
  await Promise.all([reader(slow)(), next()])
  slow.pause()
  const total = 300
  for (let n = 0; n < total; n++) {
    services.tell('x'.repeat(100_000))
    expect((await next()).seq).toBe(n + 1)
  }
  const closed = closing(slow)
  slow.resume()
  expect(await closed).toEqual({ code: eventsClose.too_slow, reason: 'too_slow' })
})

it('drops a peer that answers no ping', async () => {
  const { dial, clock } = await opened()
  const socket = dial('/ws/events', { ...bearer(adminToken), autoPong: false })
  await reader(socket)()
  const closed = closing(socket)
  await clock.advance(60_000)
  expect((await closed).code).toBe(1006)
})

it('limits how many listen', async () => {
  const { dial } = await opened({ limits: { maxSockets: 1 } })
  await once(dial('/ws/events', bearer(adminToken)), 'open')
  expect(await refusal(dial('/ws/events', bearer(adminToken)))).toEqual({ status: 429, code: 'rate_limited' })
})
