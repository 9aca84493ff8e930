import { expect, it } from 'vitest'
import { MeshError } from '../../../../contract/error.ts'
import { doorBench } from '../../../../testing/door-bench.ts'

const route = (headers: Record<string, string> = {}, payload: object = { content: 'hi' }, url = '/api/v1/route') =>
  ({ method: 'POST', url, headers, payload }) as const
const sse = { accept: 'text/event-stream' }

/** Events of a stream, as id, name and data. */
const eventsOf = (body: string) =>
  body
    .split('\n\n')
    .filter((block) => block.includes('data: '))
    .map((block) => ({
      id: /^id: (.+)$/m.exec(block)?.[1],
      event: /^event: (.+)$/m.exec(block)?.[1],
      data: JSON.parse(/^data: (.+)$/m.exec(block)?.[1] ?? 'null'),
    }))

it('answers when the message is done, and says in headers who answered and why', async () => {
  const { call, services } = await doorBench()
  const { messages } = services
  const answer = call(route())
  await messages.until(() => messages.sent.length === 1)
  messages.start('msg-1')
  messages.succeed('msg-1', 'Hello!')
  const response = await answer
  expect(response.statusCode).toBe(200)
  expect(response.json()).toEqual({ message_id: 'msg-1', node_id: 'node-1', response: 'Hello!' })
  expect(response.headers).toMatchObject({
    'x-claw-mesh-message': 'msg-1',
    'x-claw-mesh-node': 'node-1',
    'x-claw-mesh-attempts': '1',
    'x-claw-mesh-affinity': 'none',
    'x-claw-mesh-overhead-ms': '0',
  })
})

it('sends to the node the path names', async () => {
  const { call, services } = await doorBench()
  await call(route({ prefer: 'respond-async' }, { content: 'hi' }, '/api/v1/route/Mac%20%E5%AE%B6'))
  expect(services.messages.sent[0]).toMatchObject({ input: { content: 'hi' }, options: { to: 'Mac 家' } })
  expect(services.messages.sent[0]?.input).not.toHaveProperty('node_id')
})

it('answers at once when asked to', async () => {
  const { call } = await doorBench()
  const response = await call(route({ prefer: 'respond-async, wait=5' }))
  expect(response.statusCode).toBe(202)
  expect(response.headers).toMatchObject({ location: '/api/v1/messages/msg-1', 'preference-applied': 'respond-async' })
  expect(response.json()).toEqual({ message_id: 'msg-1', url: '/api/v1/messages/msg-1' })
})

it('turns into a 202 after five minutes; the message goes on', async () => {
  const { call, services, clock } = await doorBench()
  const answer = call(route())
  await services.messages.until(() => services.messages.sent.length === 1)
  await clock.advance(300_000)
  expect((await answer).statusCode).toBe(202)
  expect(services.messages.cancelled).toEqual([])
  expect(clock.pending).toBe(0)
})

it('answers 202 while an interrupted message may still be answered', async () => {
  const { call, services } = await doorBench()
  const answer = call(route())
  await services.messages.until(() => services.messages.sent.length === 1)
  services.messages.become('msg-1', { state: 'interrupted' })
  expect((await answer).json()).toMatchObject({ url: '/api/v1/messages/msg-1' })
})

it('answers a failed message with its error and status', async () => {
  const { call, services } = await doorBench()
  const answer = call(route())
  await services.messages.until(() => services.messages.sent.length === 1)
  services.messages.fail('msg-1', { code: 'provider_failing', message: 'The model says no.', hint: 'Wait.' })
  const response = await answer
  expect(response.statusCode).toBe(502)
  expect(response.json().error).toEqual({
    code: 'provider_failing',
    message: 'The model says no.',
    hint: 'Wait.',
    details: { message_id: 'msg-1' },
  })
  expect(response.headers['x-should-retry']).toBeUndefined()
})

it.each([
  ['cancelled', 409, 'message_cancelled'],
  ['expired', 504, 'message_expired'],
] as const)('answers a message that is %s with %i', async (state, status, code) => {
  const { call, services } = await doorBench()
  const answer = call(route())
  await services.messages.until(() => services.messages.sent.length === 1)
  services.messages.become('msg-1', { state })
  const response = await answer
  expect([response.statusCode, response.json().error.code]).toEqual([status, code])
})

it('takes the idempotency key as header, and refuses two that differ', async () => {
  const { call, services } = await doorBench()
  const quick = { prefer: 'respond-async', 'idempotency-key': 'k1' }
  expect((await call(route(quick))).json().message_id).toBe('msg-1')
  expect((await call(route(quick))).json().message_id).toBe('msg-1')
  expect(services.messages.sent[0]?.input.idempotency_key).toBe('k1')
  const differing = await call(route(quick, { content: 'hi', idempotency_key: 'k2' }))
  expect(differing.json().error).toMatchObject({ code: 'invalid_input', details: { field: 'Idempotency-Key' } })
})

it('streams every event of the message with an id to resume from', async () => {
  const { call, services } = await doorBench()
  const { messages } = services
  const answer = call(route(sse))
  await messages.until(() => messages.sent.length === 1)
  messages.start('msg-1')
  messages.delta('msg-1', 0, 'Hel')
  messages.succeed('msg-1', 'Hello')
  const response = await answer
  expect(response.headers['content-type']).toContain('text/event-stream')
  expect(response.headers['x-claw-mesh-node']).toBe('node-1')
  const events = eventsOf(response.body)
  expect(events.map(({ id, event }) => [id, event])).toEqual([
    ['msg-1:1', 'message.queued'],
    ['msg-1:2', 'message.started'],
    ['msg-1:3', 'message.delta'],
    ['msg-1:4', 'message.succeeded'],
  ])
  expect(events[3]?.data).toMatchObject({ type: 'message.succeeded', data: { response: 'Hello' } })
})

it('attaches to a message from its start, or after the event the reader has', async () => {
  const { call, services } = await doorBench()
  await call(route({ prefer: 'respond-async' }))
  services.messages.start('msg-1')
  services.messages.succeed('msg-1', 'Hello')
  const ids = async (headers: Record<string, string>) =>
    eventsOf((await call({ url: '/api/v1/messages/msg-1', headers: { ...sse, ...headers } })).body).map(({ id }) => id)
  expect(await ids({})).toEqual(['msg-1:1', 'msg-1:2', 'msg-1:3'])
  expect(await ids({ 'last-event-id': 'msg-1:2' })).toEqual(['msg-1:3'])
  expect(await ids({ 'last-event-id': 'msg-9:2' })).toHaveLength(3)
  const wrong = await call({ url: '/api/v1/messages/msg-1', headers: { ...sse, 'last-event-id': 'x' } })
  expect(wrong.json().error).toMatchObject({ code: 'invalid_input', details: { field: 'Last-Event-ID' } })
})

it('answers a stream whose message fails before a node began with an error, not with a stream', async () => {
  const { call, services } = await doorBench()
  const answer = call(route(sse))
  await services.messages.until(() => services.messages.sent.length === 1)
  services.messages.fail('msg-1', { code: 'no_node_available', message: 'Nobody came.' })
  const response = await answer
  expect(response.statusCode).toBe(503)
  expect(response.json().error.code).toBe('no_node_available')
})

it('holds the headers of a stream ten seconds, then comments every fifteen', async () => {
  const { call, services, clock } = await doorBench()
  const { messages } = services
  const answer = call(route(sse))
  await messages.until(() => messages.sent.length === 1)
  await clock.advance(10_000)
  await clock.advance(45_000)
  messages.start('msg-1')
  messages.succeed('msg-1', 'x')
  const { body } = await answer
  expect(body.match(/^: keep-alive$/gm)).toHaveLength(4)
  expect(clock.pending).toBe(0)
})

it('answers an unknown message before any stream begins', async () => {
  const { call } = await doorBench()
  expect((await call({ url: '/api/v1/messages/msg-9', headers: sse })).statusCode).toBe(404)
})

it('ends a stream that breaks with an error event', async () => {
  const { call, services } = await doorBench()
  await call(route({ prefer: 'respond-async' }))
  services.messages.follow = async function* () {
    yield await Promise.reject(new MeshError('store_failed', 'The disk is full.'))
  }
  const { body } = await call({ url: '/api/v1/messages/msg-1', headers: sse })
  expect(eventsOf(body)).toEqual([
    { id: undefined, event: 'error', data: { error: { code: 'store_failed', message: 'The disk is full.' } } },
  ])
})

it('ends its streams when the server closes, and leaves the message alone', async () => {
  const { app, call, services } = await doorBench()
  const answer = call(route(sse))
  await services.messages.until(() => services.messages.sent.length === 1)
  services.messages.start('msg-1')
  await app.close()
  expect(eventsOf((await answer).body).at(-1)?.event).toBe('message.started')
  expect(services.messages.cancelled).toEqual([])
})
