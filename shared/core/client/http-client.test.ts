import { describe, expect, it } from 'vitest'
import { openHttp } from './http-client.ts'
import { sameCoordinator } from './same-coordinator.ts'

const url = 'http://127.0.0.1:9180'

interface Seen {
  readonly address: string
  readonly init: RequestInit
}

function fake(answer: () => Response | Promise<Response>) {
  const seen: Seen[] = []
  const fetch = (async (address: string, init: RequestInit) => {
    seen.push({ address, init })
    return answer()
  }) as typeof globalThis.fetch
  return { seen, http: openHttp({ url, token: 'cm_admin_x', fetch }) }
}

const json = (value: unknown, status = 200) => new Response(JSON.stringify(value), { status })
const failed = (code: string) => async () => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })
}

describe('calling a procedure', () => {
  it('puts path parameters in the path and shows the token', async () => {
    const { seen, http } = fake(() => new Response(null, { status: 204 }))
    await http.client.call('nodes.remove', { node_id: 'mac mini/2' })
    expect(seen[0]?.address).toBe(`${url}/api/v1/nodes/mac%20mini%2F2`)
    expect(seen[0]?.init).toMatchObject({ method: 'DELETE', headers: { authorization: 'Bearer cm_admin_x' } })
    expect(seen[0]?.init.body).toBeUndefined()
  })

  it('follows no redirect, so the token stays with this coordinator', async () => {
    const { seen, http } = fake(() => json([]))
    await http.client.call('nodes.list')
    expect(seen[0]?.init.redirect).toBe('error')
  })

  it('gives the coordinator’s errors their class, code and hint back', async () => {
    const { http } = fake(() => json({ error: { code: 'node_not_found', message: 'No node x.', hint: 'Look.' } }, 404))
    await expect(http.client.call('nodes.get', { node_id: 'x' })).rejects.toMatchObject({
      name: 'MeshError',
      code: 'node_not_found',
      hint: 'Look.',
    })
  })

  it.each([
    ['an error page', () => new Response('<html>', { status: 502 })],
    ['another program’s answer', () => json({ hello: 'there' })],
    ['no JSON', () => new Response('hello')],
  ])('takes %s for no coordinator', async (_, answer) => {
    await expect(fake(answer).http.client.call('nodes.list')).rejects.toMatchObject({ code: 'protocol_mismatch' })
  })

  it.each([
    ['ECONNREFUSED', 'nothing listens there'],
    ['ENOTFOUND', 'the host name is not known'],
  ])('says plainly what %s means', async (code, words) => {
    await expect(fake(failed(code)).http.client.call('nodes.list')).rejects.toMatchObject({
      code: 'coordinator_unreachable',
      message: expect.stringContaining(words) as string,
    })
  })

  it('calls an answer that never comes a timeout', async () => {
    const late = async () => {
      throw new DOMException('too late', 'TimeoutError')
    }
    await expect(fake(late).http.client.call('nodes.list')).rejects.toMatchObject({ code: 'timeout' })
  })
})

describe('two addresses of a coordinator', () => {
  it.each([
    ['http://localhost:9180', 'http://127.0.0.1:9180', true],
    ['http://[::1]:9180/', 'http://127.0.0.1:9180', true],
    ['http://127.0.0.1:9180', 'http://127.0.0.1:9181', false],
    ['https://mesh.example', 'https://mesh.example:443/', true],
    ['https://mesh.example/a', 'https://mesh.example/b', false],
    ['http://localhost.evil.example:9180', 'http://127.0.0.1:9180', false],
    ['nonsense', 'nonsense', false],
  ])('%s and %s', (one, other, same) => {
    expect(sameCoordinator(one, other)).toBe(same)
  })
})
