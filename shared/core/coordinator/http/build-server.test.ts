import { expect, it } from 'vitest'
import { check } from '../../../contract/check.ts'
import { ErrorEnvelope, MeshError } from '../../../contract/error.ts'
import { maxBodyBytes } from '../../../contract/limits.ts'
import { doorBench } from '../../../testing/door-bench.ts'
import { silentLog } from '../../platform/log.ts'

const json = { 'content-type': 'application/json' }
const errorOf = (response: { json: () => unknown }) => check(ErrorEnvelope, response.json()).error

it('answers malformed JSON with invalid_input that names the body', async () => {
  const { call } = await doorBench()
  const response = await call({ method: 'POST', url: '/api/v1/route', headers: json, payload: '{"content": ' })
  expect(response.statusCode).toBe(400)
  expect(errorOf(response)).toMatchObject({ code: 'invalid_input', details: { field: 'body' } })
})

it.each(['{"content":"x","__proto__":{"admin":true}}', '{"content":"x","constructor":{"prototype":{"admin":true}}}'])(
  'refuses a body with a key that reaches a prototype: %s',
  async (payload) => {
    const { call, services } = await doorBench()
    const response = await call({ method: 'POST', url: '/api/v1/route', headers: json, payload })
    expect(response.statusCode).toBe(400)
    expect(errorOf(response).code).toBe('invalid_input')
    expect(services.messages.sent).toEqual([])
  },
)

it('names the unknown field and the wrong type, and never converts a body', async () => {
  const { call, services } = await doorBench()
  const send = async (payload: object) =>
    errorOf(await call({ method: 'POST', url: '/api/v1/route', payload })).details?.['field']
  expect(await send({ content: 'x', colour: 'red' })).toBe('colour')
  expect(await send({ content: 'x', priority: '3' })).toBe('priority')
  expect(await send({})).toBe('content')
  expect(await send([1])).toBe('body')
  expect(services.messages.sent).toEqual([])
})

it('converts the text of a query where a number is wanted', async () => {
  const { call } = await doorBench()
  expect((await call({ url: '/api/v1/messages?limit=5' })).statusCode).toBe(200)
  const wrong = await call({ url: '/api/v1/messages?limit=five' })
  expect(errorOf(wrong)).toMatchObject({ code: 'invalid_input', details: { field: 'limit' } })
})

it('refuses a body over the limit before anything is kept', async () => {
  const { call, services } = await doorBench()
  const payload = JSON.stringify({ content: 'x'.repeat(maxBodyBytes) })
  const response = await call({ method: 'POST', url: '/api/v1/route', headers: json, payload })
  expect(response.statusCode).toBe(413)
  expect(errorOf(response).code).toBe('payload_too_large')
  expect(services.messages.sent).toEqual([])
})

it('refuses a body that is not JSON by its type', async () => {
  const { call } = await doorBench()
  const headers = { 'content-type': 'text/plain' }
  const response = await call({ method: 'POST', url: '/api/v1/route', headers, payload: 'hi' })
  expect(response.statusCode).toBe(415)
  expect(errorOf(response).code).toBe('unsupported_media_type')
})

it('takes an empty body for no body where none is needed', async () => {
  const { call, services } = await doorBench()
  await call({ method: 'POST', url: '/api/v1/route', payload: { content: 'x' }, headers: { prefer: 'respond-async' } })
  const response = await call({ method: 'POST', url: '/api/v1/messages/msg-1/cancel', headers: json, payload: '' })
  expect(response.statusCode).toBe(200)
  expect(services.messages.cancelled).toEqual(['msg-1'])
})

it('answers an unknown path with route_not_found and a hint, whatever its body', async () => {
  const { call } = await doorBench()
  const response = await call({
    method: 'POST',
    url: '/api/v2/route',
    headers: { 'content-type': 'application/json' },
    payload: '{',
  })
  expect(response.statusCode).toBe(404)
  expect(errorOf(response)).toMatchObject({ code: 'route_not_found', hint: expect.stringContaining('openapi.json') })
})

it('answers a wrong method with those that would do', async () => {
  const { call } = await doorBench()
  const response = await call({ method: 'PUT', url: '/api/v1/nodes/some-node' })
  expect(response.statusCode).toBe(405)
  expect(response.headers['allow']).toBe('GET, PATCH, DELETE')
  expect(errorOf(response).code).toBe('method_not_allowed')
})

it('answers a path that is not validly encoded with invalid_input', async () => {
  const { call } = await doorBench()
  const response = await call({ url: '/api/v1/nodes/%zz' })
  expect(response.statusCode).toBe(400)
  expect(errorOf(response)).toMatchObject({ code: 'invalid_input', details: { field: 'url' } })
  expect(response.headers['x-content-type-options']).toBe('nosniff')
})

it('answers what nobody expected with internal and no detail, and logs it once', async () => {
  const logged: object[] = []
  const log = { ...silentLog, error: (fields: object) => void logged.push(fields) }
  const { call, services } = await doorBench({ log })
  const cause = new Error('secret path /home/me')
  services.messages.stats = () => Promise.reject(cause)
  const response = await call({ url: '/api/v1/dashboard/stats?x=1' })
  expect(response.statusCode).toBe(400)
  const broken = await call({ url: '/api/v1/dashboard/stats' })
  expect(broken.statusCode).toBe(500)
  expect(errorOf(broken).code).toBe('internal')
  expect(broken.body).not.toContain('secret')
  expect(logged).toEqual([{ err: cause, method: 'GET', route: '/api/v1/dashboard/stats' }])
})

it('says when to come back on 429 and 503', async () => {
  const { call, services } = await doorBench()
  const send = () => call({ method: 'POST', url: '/api/v1/route', payload: { content: 'x' } })
  services.messages.refuseWith = new MeshError('queue_full', 'Full.', { details: { retry_after_s: 7 } })
  const full = await send()
  expect([full.statusCode, full.headers['retry-after']]).toEqual([429, '7'])
  services.messages.refuseWith = new MeshError('draining', 'Stopping.')
  const draining = await send()
  expect([draining.statusCode, draining.headers['retry-after']]).toEqual([503, '5'])
})

it('tells health to anyone and readiness with what fails', async () => {
  let stopping = false
  const { app, services } = await doorBench({ isShuttingDown: () => stopping })
  expect((await app.inject('/healthz')).json()).toEqual({ status: 'ok', version: '0.0.0-test' })
  expect((await app.inject({ method: 'HEAD', url: '/healthz' })).statusCode).toBe(200)
  expect((await app.inject('/readyz')).json()).toEqual({ ready: true, failing: [] })
  services.unready.push('store')
  stopping = true
  const unready = await app.inject('/readyz')
  expect([unready.statusCode, unready.headers['connection']]).toEqual([503, 'close'])
  expect(unready.json()).toEqual({ ready: false, failing: ['store', 'stopping'] })
})
