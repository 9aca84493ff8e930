/** Bad input at the HTTP doors of a running coordinator: a typed answer that names the field, and nothing else happens. */
import { request } from 'node:http'
import { connect } from 'node:net'
import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { maxContentBytes } from '../contract/limits.ts'
import type { MessagePage, RouteReply } from '../contract/message.ts'
import { adminToken, joinToken } from '../testing/door-bench.ts'
import { MeshRig } from '../testing/mesh-rig.ts'
import type { RigNode } from '../testing/rig-node.ts'

let mesh: MeshRig
let mac: RigNode
let running: string

beforeAll(async () => {
  mesh = await MeshRig.start()
  mac = await mesh.node('mac')
  running = await mesh.send('runs through all of it')
  const turn = await mac.adapter.turns.next()
  finish = () => turn.emit({ type: 'done', text: 'unharmed' })
  mac.answerAll()
})
let finish = (): void => undefined

/** After every attack: it answers, and what it had it still has. */
afterEach(async () => {
  const { body } = await mesh.ask<RouteReply>('POST', '/api/v1/route', { body: { content: 'still there?' } })
  expect(body.response).toBe('mac: still there?')
  expect((await mesh.message(running)).state).toBe('running')
})

afterAll(async () => {
  finish()
  expect(await mesh.reaches(running, 'succeeded')).toMatchObject({ response: 'unharmed' })
  const { messages } = (await mesh.ask<MessagePage>('GET', '/api/v1/messages?limit=200')).body
  expect(new Set(messages.map(({ state, excerpt }) => `${state} ${excerpt}`))).toEqual(
    new Set(['succeeded runs through all of it', 'succeeded still there?']),
  )
  await mesh.stop()
})

const sendBody = (body: unknown) => mesh.ask('POST', '/api/v1/route', { body })

describe('a body', () => {
  it.each([
    ['malformed JSON', '{"content": "x"', 'body'],
    ['no JSON at all', 'hello', 'body'],
    ['a list', '["content"]', 'body'],
    ['nothing', '', 'content'],
    ['an unknown field', '{"content": "x", "contents": "y"}', 'contents'],
    ['a number as text', '{"content": 7}', 'content'],
    ['a text as number', '{"content": "x", "priority": "3"}', 'priority'],
    ['a priority there is none of', '{"content": "x", "priority": 6}', 'priority'],
    ['an empty text', '{"content": ""}', 'content'],
    ['an unknown requirement', '{"content": "x", "requires": {"colour": "red"}}', 'requires.colour'],
    ['a requirement of the wrong type', '{"content": "x", "requires": {"memory_gb": "lots"}}', 'requires.memory_gb'],
    ['a system there is none of', '{"content": "x", "requires": {"os": "beos"}}', 'requires.os'],
    ['a __proto__ key', '{"content": "x", "__proto__": {"scope": "admin"}}', 'body'],
    ['a constructor.prototype key', '{"content": "x", "constructor": {"prototype": {"a": 1}}}', 'body'],
    ['very deep nesting', `{"content": ${'['.repeat(200_000)}${']'.repeat(200_000)}}`, 'content'],
    ['a deadline of never', '{"content": "x", "timeout_s": 1e999}', 'timeout_s'],
  ])('with %s is refused by name', async (_, body, field) => {
    const answer = await sendBody(body)
    expect(answer.status).toBe(400)
    expect(answer.body.error).toMatchObject({ code: 'invalid_input', hint: expect.any(String), details: { field } })
    expect(answer.body.error.message).toContain(field)
  })

  it('of 9 MB is refused as too large', async () => {
    const answer = await sendBody({ content: 'x'.repeat(9 * 1024 * 1024) }).catch(() => 'cut off')
    // Whoever goes on sending may lose the connection before it reads the answer.
    if (answer !== 'cut off')
      expect(answer).toMatchObject({ status: 413, body: { error: { code: 'payload_too_large' } } })
  })

  it('with more text than a message may have is refused by its size in bytes', async () => {
    const tooLong = await sendBody({ content: '好'.repeat(Math.ceil(maxContentBytes / 3) + 1) })
    expect(tooLong.status).toBe(413)
    expect(tooLong.body.error).toMatchObject({ code: 'payload_too_large', details: { limit: maxContentBytes } })
    expect(tooLong.body.error.message).toContain('content')
    expect((await sendBody({ content: 'x'.repeat(maxContentBytes + 1) })).status).toBeGreaterThanOrEqual(400)
  })

  it('that is not called JSON is refused', async () => {
    const headers = { 'content-type': 'text/plain' }
    const answer = await mesh.ask('POST', '/api/v1/route', { body: '{"content": "x"}', headers })
    expect(answer).toMatchObject({ status: 415, body: { error: { code: 'unsupported_media_type' } } })
  })
})

describe('a request', () => {
  it.each([
    ['a wrong method', 'PUT', '/api/v1/route', 405, 'method_not_allowed'],
    ['a wrong path', 'GET', '/api/v1/nonsense', 404, 'route_not_found'],
    ['a path that climbs', 'GET', '/api/v1/nodes/..%2f..%2fetc%2fpasswd', 404, 'node_not_found'],
    ['a path that is not encoded', 'GET', '/api/v1/nodes/%ff%', 400, 'invalid_input'],
    ['a query it does not know', 'GET', '/api/v1/messages?colour=red', 400, 'invalid_input'],
    ['a limit that is no number', 'GET', '/api/v1/messages?limit=many', 400, 'invalid_input'],
    ['a message there is none of', 'GET', '/api/v1/messages/msg-0', 404, 'message_not_found'],
    ['a cancel of nothing', 'POST', '/api/v1/messages/msg-0/cancel', 404, 'message_not_found'],
    ['a token in the URL', 'GET', `/api/v1/nodes?token=${adminToken}`, 400, 'invalid_input'],
  ])('with %s gets a typed error', async (_, method, route, status, code) => {
    const answer = await mesh.ask(method, route)
    expect(answer).toMatchObject({ status, body: { error: { code, message: expect.any(String) } } })
    expect(JSON.stringify(answer.body)).not.toContain(adminToken)
  })

  it.each([
    ['a foreign Host', { host: 'evil.example' }, 'host_not_allowed'],
    ['another port in its Host', { host: 'localhost:1' }, 'host_not_allowed'],
    ['a foreign Origin', { origin: 'https://evil.example' }, 'origin_not_allowed'],
    ['X-Forwarded-For', { 'x-forwarded-for': '203.0.113.9' }, 'proxy_not_configured'],
    ['Forwarded', { forwarded: 'for=203.0.113.9' }, 'proxy_not_configured'],
  ])('with %s is refused, however good its token', async (_, headers, code) => {
    const { status, body } = await rawGet('/api/v1/nodes', { authorization: `Bearer ${adminToken}`, ...headers })
    expect({ status, code: (JSON.parse(body) as { error: { code: string } }).error.code }).toEqual({
      status: 403,
      code,
    })
  })

  it.each([
    ['no token', null, 401, 'unauthorized'],
    ['a wrong token', 'cm_admin_guess', 401, 'unauthorized'],
    ['the join token', joinToken, 403, 'forbidden'],
  ])('to send with %s is refused', async (_, token, status, code) => {
    const answer = await mesh.ask('POST', '/api/v1/route', { body: { content: 'x' }, token })
    expect(answer).toMatchObject({ status, body: { error: { code, hint: expect.any(String) } } })
  })
})

describe('bytes on the port', () => {
  it.each([
    ['at random', randomBytes(4_096)],
    ['of TLS', Buffer.from('16030100c8010000c40303', 'hex')],
    ['of a request without Host', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['of endless headers', Buffer.from(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(64 * 1024)}\r\n\r\n`)],
    ['of two lengths', Buffer.from('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n')],
  ])('%s are answered as no HTTP, or hung up on', async (_, bytes) => {
    expect(await talk(bytes)).toMatch(/^(HTTP\/1\.1 4\d\d |$)/)
  })

  it('that never come do not keep others waiting', async () => {
    const idle = Array.from({ length: 300 }, () =>
      connect(mesh.coordinator.port, '127.0.0.1').on('error', () => undefined),
    )
    await Promise.all(idle.slice(-1).map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
    expect((await mesh.ask('GET', '/api/v1/nodes')).status).toBe(200)
    for (const socket of idle) socket.destroy()
  })
})

/** With headers that `fetch` would not let a program set. */
function rawGet(path: string, headers: Record<string, string>): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ port: mesh.coordinator.port, host: '127.0.0.1', path, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode, body }))
    })
    asked.on('error', reject)
    asked.end()
  })
}

/** What the other side says before it hangs up. */
function talk(bytes: Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(mesh.coordinator.port, '127.0.0.1', () => socket.end(bytes))
    socket.setEncoding('utf8').on('data', (more: string) => (text += more))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(text))
  })
}
