import fc from 'fast-check'
import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { check } from './check.ts'
import {
  createClient,
  fromHttp,
  type HttpCall,
  pathParameters,
  type Procedure,
  procedure,
  toHttp,
} from './procedure.ts'
import { procedures } from './procedures.ts'

/** What a server makes of a call: the parts that a router would hand over, everything in path and query as text. */
function received(spec: Procedure, call: HttpCall) {
  const url = new URL(call.path, 'http://localhost')
  const pattern = new RegExp(`^${spec.path.replaceAll(/:[a-z_]+/g, '([^/]*)')}$`)
  const values = (pattern.exec(url.pathname) ?? []).slice(1)
  const params = Object.fromEntries(
    pathParameters(spec.path).map((name, index) => [name, decodeURIComponent(values[index] ?? '')]),
  )
  const body: unknown = call.body === undefined ? undefined : JSON.parse(JSON.stringify(call.body))
  return { params, query: Object.fromEntries(url.searchParams), body }
}
const roundTrip = (spec: Procedure, input: Record<string, unknown>): unknown =>
  fromHttp(spec, received(spec, toHttp(spec, input)))

const asked = Type.Object(
  {
    node_id: Type.String({ minLength: 1 }),
    limit: Type.Optional(Type.Integer()),
    exact: Type.Optional(Type.Boolean()),
    cursor: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)
const spec = (method: Procedure['method']) =>
  procedure({
    summary: 'x',
    scope: 'viewer',
    method,
    path: '/api/v1/nodes/:node_id/things',
    input: asked,
    output: Type.Void(),
  })
const input = fc.record(
  {
    node_id: fc.string({ unit: 'grapheme', minLength: 1 }).filter((id) => id !== '.' && id !== '..'),
    limit: fc.integer(),
    exact: fc.boolean(),
    cursor: fc.string({ unit: 'grapheme' }),
  },
  { requiredKeys: ['node_id'] },
)

describe('a procedure over HTTP', () => {
  it.each(['GET', 'DELETE', 'POST', 'PUT', 'PATCH'] as const)('%s carries any input there unchanged', (method) => {
    fc.assert(
      fc.property(input, (sent) => {
        const got = roundTrip(spec(method), sent)
        expect(check(asked, got)).toEqual(sent)
      }),
    )
  })

  it('keeps text that looks like a number, or a truth, as text', () => {
    for (const cursor of ['007', '1e3', 'true', 'null', '']) {
      expect(roundTrip(spec('GET'), { node_id: '42', cursor })).toEqual({ node_id: '42', cursor })
    }
  })

  it('leaves out what is undefined', () => {
    expect(toHttp(spec('GET'), { node_id: 'a', limit: undefined }).path).toBe('/api/v1/nodes/a/things')
    expect(toHttp(spec('POST'), { node_id: 'a', limit: undefined }).body).toEqual({})
  })

  it.each(['', '.', '..'])('refuses to put %j into a path, where it would name another one', (node_id) => {
    expect(() => toHttp(spec('DELETE'), { node_id })).toThrow(
      expect.objectContaining({ code: 'invalid_input', message: expect.stringMatching(/^node_id: /) }),
    )
  })

  it('does not convert a body: text is no number there', () => {
    const got = fromHttp(spec('POST'), { params: { node_id: 'a' }, query: {}, body: { limit: '3' } })
    expect(() => check(asked, got)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  })

  it('leaves a query that is no number for the check to refuse', () => {
    for (const limit of ['many', '', '1.5']) {
      const got = fromHttp(spec('GET'), { params: { node_id: 'a' }, query: { limit }, body: undefined })
      expect(() => check(asked, got), limit).toThrow(
        expect.objectContaining({ code: 'invalid_input', details: expect.objectContaining({ field: 'limit' }) }),
      )
    }
  })

  it('takes the path’s word against the body’s or the query’s', () => {
    const other = { params: { node_id: 'a' }, query: { node_id: 'b' }, body: { node_id: 'b' } }
    expect(fromHttp(spec('POST'), other)).toEqual({ node_id: 'a' })
    expect(fromHttp(spec('GET'), other)).toEqual({ node_id: 'a' })
  })

  it.each([[[]], ['text'], [7]])('hands a body that is no object on to the check: %o', (body) => {
    expect(fromHttp(spec('POST'), { params: {}, query: {}, body })).toBe(body)
  })

  it('takes a missing body as an empty one', () => {
    expect(fromHttp(spec('POST'), { params: { node_id: 'a' }, query: {}, body: undefined })).toEqual({ node_id: 'a' })
    expect(fromHttp(spec('POST'), { params: { node_id: 'a' }, query: {}, body: null })).toEqual({ node_id: 'a' })
  })
})

describe('the table of procedures', () => {
  const table = Object.entries<Procedure>(procedures)

  it('has one procedure for each method and path', () => {
    const places = table.map(([, { method, path }]) => `${method} ${path.replaceAll(/:[a-z_]+/g, ':x')}`)
    expect(new Set(places).size).toBe(places.length)
  })

  it.each(table)(
    '%s: takes its path’s parameters as required input, and closed input only',
    (_, { path, input: schema }) => {
      const required: unknown = schema.required
      expect(Array.isArray(required) ? required : []).toEqual(expect.arrayContaining(pathParameters(path)))
      expect(schema).toMatchObject({ additionalProperties: false })
    },
  )

  it.each(table.filter(([, { method }]) => method === 'GET' || method === 'DELETE'))(
    '%s: asks for nothing that a query cannot carry',
    (_, { input: schema }) => {
      for (const field of Object.values(schema.properties)) {
        expect(field).not.toMatchObject({ type: 'object' })
        expect(field).not.toMatchObject({ type: 'array' })
      }
    },
  )
})

describe('a client', () => {
  it('passes name and input on to its transport, an empty one where there is none', async () => {
    const calls: unknown[] = []
    const client = createClient<typeof procedures>(async (name, sent) => {
      calls.push([name, sent])
      return []
    })
    expect(await client.call('nodes.list')).toEqual([])
    await client.call('nodes.get', { node_id: 'mac' })
    expect(calls).toEqual([
      ['nodes.list', {}],
      ['nodes.get', { node_id: 'mac' }],
    ])
  })
})
