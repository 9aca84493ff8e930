import OpenAI, { APIError } from 'openai'
import { afterEach, expect, it } from 'vitest'
import { MeshError } from '../../../../contract/error.ts'
import { aNode } from '../../../../testing/builders.ts'
import { adminToken, doorBench, type OpenBench, openBench } from '../../../../testing/door-bench.ts'

let bench: OpenBench | undefined
afterEach(async () => {
  await bench?.stop()
  bench = undefined
})

/** The official client, on a real port. */
async function opened(fetch?: typeof globalThis.fetch) {
  bench = await openBench()
  const openai = new OpenAI({
    apiKey: adminToken,
    baseURL: `${bench.url}/v1`,
    ...(fetch ? { fetch } : {}),
  })
  return { ...bench, openai, messages: bench.services.messages }
}

const ask = { model: 'claw-mesh', messages: [{ role: 'user' as const, content: 'hi' }] }

it('answers the official client', async () => {
  const { openai, messages } = await opened()
  const answer = openai.chat.completions.create(ask)
  await messages.until(() => messages.sent.length === 1)
  messages.start('msg-1')
  messages.become('msg-1', { usage: { input_tokens: 3, output_tokens: 2 } })
  messages.succeed('msg-1', 'Hello!')
  const { data, response } = await answer.withResponse()
  expect(data.choices[0]).toMatchObject({ message: { role: 'assistant', content: 'Hello!' }, finish_reason: 'stop' })
  expect(data.usage).toEqual({ prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 })
  expect(data).toMatchObject({ id: 'chatcmpl-msg-1', object: 'chat.completion', model: 'claw-mesh' })
  expect(response.headers.get('x-claw-mesh-node')).toBe('node-1')
  expect(messages.sent[0]).toMatchObject({ input: { content: 'hi', source: 'openai' }, options: { context: [] } })
})

it('streams to the official client, text as it comes, usage at the end', async () => {
  const { openai, messages } = await opened()
  const opening = openai.chat.completions.create({ ...ask, stream: true, stream_options: { include_usage: true } })
  await messages.until(() => messages.sent.length === 1)
  messages.start('msg-1')
  messages.delta('msg-1', 0, 'Hel')
  const texts: string[] = []
  let finish: string | null | undefined
  let usage: unknown
  for await (const chunk of await opening) {
    const choice = chunk.choices[0]
    if (choice?.delta.content) texts.push(choice.delta.content)
    finish = choice?.finish_reason ?? finish
    usage = chunk.usage ?? usage
    if (texts.length === 1 && finish === undefined) {
      messages.delta('msg-1', 3, 'lo')
      messages.become('msg-1', { usage: { input_tokens: 1, output_tokens: 1 } })
      messages.succeed('msg-1', 'Hello!')
    }
  }
  expect(texts.join('')).toBe('Hello!')
  expect(texts[0]).toBe('Hel')
  expect(finish).toBe('stop')
  expect(usage).toEqual({ prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 })
})

it('lists the mesh and each node as models', async () => {
  const { openai, services } = await opened()
  services.nodes.nodes = [aNode({ name: 'mac' }), aNode({ id: 'node-2', name: 'gpu box' })]
  const ids: string[] = []
  for await (const model of openai.models.list()) ids.push(model.id)
  expect(ids).toEqual(['claw-mesh', 'claw-mesh/mac', 'claw-mesh/gpu box'])
  expect((await openai.models.retrieve('claw-mesh/gpu box')).id).toBe('claw-mesh/gpu box')
  await expect(openai.models.retrieve('claw-mesh/nas')).rejects.toMatchObject({ status: 404, code: 'node_not_found' })
})

it('runs a message once when the client’s socket is lost and it tries again', async () => {
  let calls = 0
  const { openai, messages, clock } = await opened(async (url, init) => {
    calls += 1
    if (calls > 1) return fetch(url, init)
    const lost = new AbortController()
    void messages.until(() => messages.sent.length === 1).then(() => lost.abort())
    return fetch(url, { ...init, signal: lost.signal }).catch(() => {
      throw new TypeError('socket hang up')
    })
  })
  const answer = openai.chat.completions.create(ask)
  await messages.until(() => messages.sent.length === 2)
  expect(messages.sent[1]?.options.attachWithinS).toBe(600)
  await clock.advance(5_000)
  expect(messages.cancelled).toEqual([])
  messages.start('msg-1')
  messages.succeed('msg-1', 'once')
  expect((await answer).choices[0]?.message.content).toBe('once')
})

it('keeps the official client from repeating what may have begun', async () => {
  let calls = 0
  const { openai, messages } = await opened((url, init) => {
    calls += 1
    return fetch(url, init)
  })
  const answer = openai.chat.completions.create(ask)
  const failing = expect(answer).rejects.toMatchObject({ status: 502, code: 'provider_failing', type: 'server_error' })
  await messages.until(() => messages.sent.length === 1)
  messages.start('msg-1')
  messages.fail('msg-1', { code: 'provider_failing', message: 'The model says no.' })
  await failing
  expect(calls).toBe(1)
})

it('tells the official client of a failure in the stream, after the text that came', async () => {
  const { openai, messages } = await opened()
  const opening = openai.chat.completions.create({ ...ask, stream: true })
  await messages.until(() => messages.sent.length === 1)
  messages.start('msg-1')
  messages.delta('msg-1', 0, 'Hel')
  const texts: string[] = []
  const read = async () => {
    for await (const chunk of await opening) {
      const text = chunk.choices[0]?.delta.content
      if (!text) continue
      texts.push(text)
      messages.fail('msg-1', { code: 'gateway_down', message: 'It went away.' })
    }
  }
  await expect(read()).rejects.toThrow(APIError)
  expect(texts).toEqual(['Hel'])
})

it('stops the message within a second when the client leaves the stream', async () => {
  const { openai, messages, clock } = await opened()
  const opening = openai.chat.completions.create({ ...ask, stream: true })
  await messages.until(() => messages.sent.length === 1)
  messages.start('msg-1')
  const stream = await opening
  stream.controller.abort()
  const from = clock.now()
  while (messages.cancelled.length === 0) await clock.advance(100)
  expect(messages.cancelled).toEqual(['msg-1'])
  expect(clock.now() - from).toBeGreaterThanOrEqual(800)
})

it('lets a message go on that came in through another door', async () => {
  const { call, services } = await doorBench()
  const headers = { 'idempotency-key': 'k' }
  const payload = { content: 'hi' }
  await call({ method: 'POST', url: '/api/v1/route', payload, headers: { ...headers, prefer: 'respond-async' } })
  const answer = call({ method: 'POST', url: '/v1/chat/completions', payload: ask, headers })
  await services.messages.until(() => services.messages.sent.length === 2)
  services.messages.succeed('msg-1', 'both')
  expect((await answer).json().choices[0].message.content).toBe('both')
})

const chat = async (payload: object, headers: Record<string, string> = {}) => {
  const { call, services } = await doorBench()
  const answer = call({ method: 'POST', url: '/v1/chat/completions', payload: { ...ask, ...payload }, headers })
  await Promise.race([answer, services.messages.until(() => services.messages.sent.length === 1)])
  if (services.messages.sent.length === 1) services.messages.succeed('msg-1', 'ok')
  return { response: await answer, sent: services.messages.sent[0] }
}

it('sends earlier messages as context when there is no conversation', async () => {
  const messages = [
    { role: 'developer', content: 'Be kind.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'one' },
        { type: 'text', text: 'two' },
      ],
    },
    { role: 'assistant', content: null },
    { role: 'assistant', content: 'three' },
    { role: 'user', content: 'four' },
  ]
  const { sent } = await chat({ messages })
  expect(sent?.input.content).toBe('four')
  expect(sent?.input.conversation).toBeUndefined()
  expect(sent?.options.context).toEqual([
    { role: 'system', text: 'Be kind.' },
    { role: 'user', text: 'one\ntwo' },
    { role: 'assistant', text: 'three' },
  ])
})

it('sends only the last user message into a conversation, named by header or user', async () => {
  const messages = [
    { role: 'user', content: 'one' },
    { role: 'user', content: 'two' },
  ]
  const byUser = await chat({ messages, user: 'ann', model: 'claw-mesh/mac/mini' })
  expect(byUser.sent).toMatchObject({
    input: { content: 'two', conversation: 'ann' },
    options: { context: [], to: 'mac/mini' },
  })
  const byHeader = await chat({ messages, user: 'ann' }, { 'x-openclaw-session-key': 'main' })
  expect(byHeader.sent?.input.conversation).toBe('main')
})

it.each([
  ['tools', { tools: [{ type: 'function' }] }, 400, 'unsupported_feature', 'tools'],
  [
    'an image',
    { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] },
    400,
    'unsupported_feature',
    'messages.0.content.0',
  ],
  ['a tool’s answer', { messages: [{ role: 'tool', content: 'x' }] }, 400, 'unsupported_feature', 'messages.0.role'],
  ['JSON answers', { response_format: { type: 'json_object' } }, 400, 'unsupported_feature', 'response_format'],
  ['several answers', { n: 2 }, 400, 'unsupported_feature', 'n'],
  ['no question', { messages: [{ role: 'assistant', content: 'x' }] }, 400, 'invalid_input', 'messages'],
  ['somebody else’s model', { model: 'gpt-4o' }, 404, 'node_not_found', 'model'],
  ['no messages', { messages: [] }, 400, 'invalid_input', 'messages'],
] as const)('refuses %s in OpenAI’s form', async (_, payload, status, code, param) => {
  const { response, sent } = await chat(payload)
  expect(response.statusCode).toBe(status)
  expect(response.json()).toEqual({
    error: { message: expect.any(String), type: 'invalid_request_error', param, code },
  })
  expect(sent).toBeUndefined()
})

it('uses OpenAI’s form for a missing token, an unknown path and what routing refuses', async () => {
  const { app, call, services } = await doorBench()
  expect((await app.inject('/v1/models')).json()).toMatchObject({ error: { type: 'authentication_error' } })
  expect((await call({ url: '/v1/embeddings' })).json()).toMatchObject({ error: { code: 'route_not_found' } })
  services.messages.refuseWith = new MeshError('no_capable_node', 'Nobody can.')
  const response = await call({ method: 'POST', url: '/v1/chat/completions', payload: ask })
  expect([response.statusCode, response.json().error.code]).toEqual([422, 'no_capable_node'])
  expect(response.headers['x-should-retry']).toBeUndefined()
})

it('keeps a slow stream alive with comments from the start', async () => {
  const { call, services, clock } = await doorBench()
  const answer = call({ method: 'POST', url: '/v1/chat/completions', payload: { ...ask, stream: true } })
  await services.messages.until(() => services.messages.sent.length === 1)
  await clock.advance(10_000)
  await clock.advance(45_000)
  services.messages.start('msg-1')
  services.messages.succeed('msg-1', 'x')
  const { body } = await answer
  expect(body.match(/^: keep-alive$/gm)).toHaveLength(4)
  expect(body.trimEnd().endsWith('data: [DONE]')).toBe(true)
})
