import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { adminToken, type OpenBench, openBench } from '../../../testing/door-bench.ts'
import { fakeClock } from '../../../testing/fake-clock.ts'
import { keepAlive, sseText } from './sse.ts'

let bench: OpenBench | undefined
afterEach(async () => {
  await bench?.stop()
  bench = undefined
})

it('writes an event in one block', () => {
  expect(sseText({ id: 'm:1', event: 'x', data: '{"a":"b\\nc"}' })).toBe('id: m:1\nevent: x\ndata: {"a":"b\\nc"}\n\n')
})

it('fills silence with comments, and holds no timer when it ends', async () => {
  const clock = fakeClock()
  const gate = Promise.withResolvers<undefined>()
  const texts = keepAlive(
    (async function* () {
      yield 'one'
      await gate.promise
      yield 'two'
    })(),
    clock,
  )
  const next = async () => (await texts.next()).value as unknown
  expect(await next()).toBe(': keep-alive\n\n')
  expect(await next()).toBe('one')
  const quiet = next()
  await clock.advance(15_000)
  expect(await quiet).toBe(': keep-alive\n\n')
  gate.resolve(undefined)
  expect(await next()).toBe('two')
  expect((await texts.next()).done).toBe(true)
  expect(clock.pending).toBe(0)
})

async function follow(url: string): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${adminToken}`, accept: 'text/event-stream' }
  const request = httpRequest(`${url}/api/v1/messages/msg-1`, { headers })
  request.end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.on('error', () => undefined)
  return response.setEncoding('utf8')
}

const textOf = async (response: IncomingMessage): Promise<string> => {
  let body = ''
  for await (const part of response) body += String(part)
  const deltas = body
    .split('\n')
    .filter((line) => line.startsWith('data: {"type":"message.delta"'))
    .map((line) => (JSON.parse(line.slice(6)) as { data: { text: string } }).data.text)
  return deltas.join('')
}

const part = 'x'.repeat(50_000)
const parts = 600

async function slowAndFast() {
  bench = await openBench()
  const { call, services, url } = bench
  const payload = { content: 'hi' }
  await call({ method: 'POST', url: '/api/v1/route', payload, headers: { prefer: 'respond-async' } })
  services.messages.start('msg-1')
  // The slow one reads nothing: its connection fills, and no more is pulled for it.
  const slow = await follow(url)
  const fast = textOf(await follow(url))
  for (let n = 0; n < parts; n++) services.messages.delta('msg-1', n * part.length, part)
  return { ...bench, slow, fast }
}

it('holds up nobody for a reader that does not read, and still gives it everything later', async () => {
  const { services, slow, fast } = await slowAndFast()
  services.messages.succeed('msg-1', 'done')
  expect((await fast).length).toBe(part.length * parts)
  expect((await textOf(slow)).length).toBe(part.length * parts)
})

it('gives up a reader that takes nothing for two minutes', async () => {
  const { services, slow, clock, fast } = await slowAndFast()
  services.messages.succeed('msg-1', 'done')
  await fast
  await clock.advance(120_000)
  await expect(textOf(slow)).rejects.toThrow('aborted')
})
