import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Arrivals } from '../../testing/arrivals.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { attempt, begin, heard, until } from '../../testing/gateway-turns.ts'
import { OpenAiGateway, type OpenAiDeps } from './openai.ts'

interface Call {
  readonly body: { model: string; messages: { role: string; content: string }[] }
  readonly headers: http.IncomingHttpHeaders
  readonly response: http.ServerResponse
}

let server: http.Server
let url: string
let calls: Arrivals<Call>
let models: { status: number; body: string }
let clock: ReturnType<typeof fakeClock>

beforeEach(async () => {
  calls = new Arrivals()
  models = { status: 200, body: JSON.stringify({ data: [{ id: 'llama' }, { id: 'qwen' }] }) }
  clock = fakeClock(0)
  server = http.createServer((request, response) => {
    if (request.url === '/v1/models') {
      response.writeHead(models.status).end(models.body)
      return
    }
    let text = ''
    request.on('data', (part: Buffer) => (text += part.toString()))
    request.on('end', () => calls.push({ body: JSON.parse(text) as Call['body'], headers: request.headers, response }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`
})

afterEach(async () => {
  server.closeAllConnections()
  if (server.listening) await new Promise((resolve) => server.close(resolve))
})

const open = (more: Partial<OpenAiDeps> = {}) =>
  new OpenAiGateway({ url, model: 'llama', slots: 2, key: undefined, clock, ...more })

const say = ({ response }: Call, ...data: (object | string)[]) => {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const item of data) response.write(`data: ${typeof item === 'string' ? item : JSON.stringify(item)}\n\n`)
}
const delta = (content: string) => ({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })

describe('a turn', () => {
  it('streams the answer, with context, key and usage', async () => {
    const context = [{ role: 'user', text: 'earlier' }] as const
    const turn = begin(open({ key: 'k' }), attempt('hello', { context }))
    const call = await calls.next()
    expect(call.body).toMatchObject({
      model: 'llama',
      stream: true,
      messages: [
        { role: 'user', content: 'earlier' },
        { role: 'user', content: 'hello' },
      ],
    })
    expect(call.headers.authorization).toBe('Bearer k')
    say(call, delta('one'), delta(' two'), { choices: [], usage: { prompt_tokens: 5, completion_tokens: 2 } }, '[DONE]')
    call.response.end()
    expect(await turn.end).toEqual({ type: 'done', text: 'one two' })
    expect(turn.events[0]).toEqual({ type: 'started' })
    expect(heard(turn.events)).toBe('one two')
    expect(turn.events).toContainEqual({ type: 'usage', usage: { input_tokens: 5, output_tokens: 2 } })
  })

  it('takes an answer that does not stream', async () => {
    const turn = begin(open(), attempt('hello'))
    const { response } = await calls.next()
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ choices: [{ message: { content: 'whole' } }] }))
    expect(await turn.end).toEqual({ type: 'done', text: 'whole' })
  })

  it.each([
    [401, 'gateway_token_refused', false],
    [403, 'gateway_token_refused', false],
    [404, 'gateway_rejected', false],
    [429, 'provider_rate_limited', false],
    [500, 'provider_failing', true],
    [302, 'gateway_rejected', false],
  ])('answered with %i fails as %s', async (status, code, began) => {
    const turn = begin(open(), attempt('hello'))
    const { response } = await calls.next()
    response.writeHead(status, { 'retry-after': '7', location: 'http://127.0.0.1:1/' })
    response.end(JSON.stringify({ error: { message: 'model "x" not found' } }))
    const end = await turn.end
    expect(end).toMatchObject({ type: 'failed', error: { code }, began, effects: began ? 'possible' : 'none' })
    expect(end).toHaveProperty('error.hint')
  })

  it('says when a rate limit ends', async () => {
    const turn = begin(open(), attempt('hello'))
    const { response } = await calls.next()
    response.writeHead(429, { 'retry-after': '7' }).end()
    expect(await turn.end).toHaveProperty('error.details', { retry_after_ms: 7_000 })
  })

  it.each<[string, (call: Call) => void, string]>([
    ['garbage in the stream', (call) => say(call, delta('one'), 'what?'), 'gateway_bad_reply'],
    [
      'an error in the stream',
      (call) => say(call, delta('one'), { error: { message: 'out of memory' } }),
      'provider_failing',
    ],
    [
      'a web page',
      ({ response }) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      'gateway_bad_reply',
    ],
    ['an empty answer', (call) => (say(call, '[DONE]'), call.response.end()), 'gateway_bad_reply'],
    ['a stream that ends half-way', (call) => (say(call, delta('one')), call.response.end()), 'gateway_down'],
  ])('that meets %s fails, and may have had effects', async (_what, answer, code) => {
    const turn = begin(open(), attempt('hello'))
    answer(await calls.next())
    expect(await turn.end).toMatchObject({ type: 'failed', error: { code }, began: true, effects: 'possible' })
  })

  it('whose connection breaks keeps what came before', async () => {
    const turn = begin(open(), attempt('hello'))
    const call = await calls.next()
    say(call, delta('one'))
    await turn.saw('delta')
    call.response.destroy()
    expect(await turn.end).toMatchObject({
      type: 'failed',
      error: { code: 'gateway_down' },
      effects: 'possible',
      text: 'one',
    })
  })

  it('stops the server when it is cancelled, by closing the connection', async () => {
    const turn = begin(open(), attempt('hello'))
    const call = await calls.next()
    const closed = once(call.response, 'close')
    say(call, delta('one'))
    await turn.saw('delta')
    turn.stop()
    expect(await turn.end).toEqual({ type: 'cancelled', text: 'one' })
    await closed
  })

  it('fails with a timeout when it takes longer than it may', async () => {
    const turn = begin(open(), attempt('hello', { timeout_s: 3 }))
    const closed = once((await calls.next()).response, 'close')
    await clock.advance(3_000)
    expect(await turn.end).toMatchObject({ type: 'failed', error: { code: 'timeout' } })
    await closed
  })

  it('has not begun when nothing listens', async () => {
    const gateway = open()
    await new Promise((resolve) => server.close(resolve))
    expect(await begin(gateway, attempt('hello')).end).toMatchObject({
      type: 'failed',
      error: { code: 'gateway_down' },
      began: false,
      effects: 'none',
    })
  })
})

describe('the server', () => {
  it('is asked for its models, and the first is used where none is set', async () => {
    const gateway = open({ model: '' })
    await gateway.start()
    expect(gateway.health()).toEqual({ adapter: 'openai', state: 'ok' })
    const turn = begin(gateway, attempt('hello'))
    const call = await calls.next()
    expect(call.body.model).toBe('llama')
    expect(gateway.load()).toEqual({ running: 1, queued: 0, slots: 2 })
    turn.stop()
    await turn.end
    expect(gateway.load().running).toBe(0)
    await gateway.stop()
    expect(clock.pending).toBe(0)
  })

  it.each([
    [401, '', 'token_refused'],
    [503, '', 'warming'],
    [404, '', 'down'],
    [200, 'hello', 'down'],
  ])('that answers %i "%s" is %s, and is asked again', async (status, body, state) => {
    models = { status, body }
    const gateway = open()
    await gateway.start()
    expect(gateway.health().state).toBe(state)
    expect(gateway.health().problem?.hint).toBeTruthy()
    models = { status: 200, body: JSON.stringify({ data: [] }) }
    const well = until(gateway, () => gateway.health().state === 'ok', 5_000)
    await clock.advance(3_000)
    await well
    await gateway.stop()
  })

  it('keeps no record of a turn', async () => {
    expect(await open().settle()).toMatchObject({ state: 'interrupted', error: { code: 'message_interrupted' } })
  })
})
