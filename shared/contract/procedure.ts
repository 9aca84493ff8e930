/** What a procedure is, and how its input maps onto an HTTP request and back. Pure: every door derives from this. */
import { type Static, type TObject, type TSchema, Type } from 'typebox'
import { MeshError } from './error.ts'

/**
 * Who may call: `none` anyone, `join` a join token (or admin), `node` that node's own token, and
 * `viewer` < `operator` < `admin`, each of which includes the ones before it.
 */
export const Scope = Type.Enum(['none', 'join', 'node', 'viewer', 'operator', 'admin'])
export type Scope = Static<typeof Scope>

export interface Procedure<I extends TObject = TObject, O extends TSchema = TSchema> {
  readonly scope: Scope
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path parameters are fields of the input: `/api/v1/nodes/:node_id`. */
  readonly path: string
  readonly input: I
  readonly output: O
  /** Status of a plain success; 204 has no body. */
  readonly status: 200 | 201 | 202 | 204
  readonly summary: string
}

export const procedure = <I extends TObject, O extends TSchema>(
  spec: Omit<Procedure<I, O>, 'status'> & { readonly status?: Procedure['status'] },
): Procedure<I, O> => ({ status: 200, ...spec })

export interface HttpCall {
  readonly method: Procedure['method']
  /** Path with parameters filled in, and the query. */
  readonly path: string
  readonly body: Record<string, unknown> | undefined
}

const hasBody = (method: string): boolean => method !== 'GET' && method !== 'DELETE'
const parameter = /:([a-z_]+)/g

export const pathParameters = (path: string): string[] =>
  [...path.matchAll(parameter)].map((match) => match[1] as string)

/** The request that carries `input`: path parameters in the path, the rest in the body or, for GET and DELETE, the query. */
export function toHttp(spec: Procedure, input: Record<string, unknown>): HttpCall {
  const inPath = new Set(pathParameters(spec.path))
  const path = spec.path.replace(parameter, (_, name: string) => pathSegment(name, String(input[name])))
  const rest = Object.entries(input).filter(([name, value]) => !inPath.has(name) && value !== undefined)
  if (hasBody(spec.method)) return { method: spec.method, path, body: Object.fromEntries(rest) }
  const query = rest
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&')
  return { method: spec.method, path: query ? `${path}?${query}` : path, body: undefined }
}

/** URLs fold `.` and `..` away, however they are escaped: `DELETE …/nodes/..` would reach another path. */
function pathSegment(name: string, value: string): string {
  if (value === '' || value === '.' || value === '..') {
    throw new MeshError('invalid_input', `${name}: cannot be “${value}” in a path.`, {
      hint: 'Use the id instead of the name.',
      details: { field: name },
    })
  }
  return encodeURIComponent(value)
}

/**
 * The unchecked input that a request carries. Path and query hold only text, so theirs is converted where the
 * schema wants a number or a truth value; a body is taken as it is, `"3"` stays a string and fails the check.
 */
export function fromHttp(
  spec: Procedure,
  request: {
    readonly params: Record<string, unknown>
    readonly query: Record<string, unknown>
    readonly body: unknown
  },
): unknown {
  if (!hasBody(spec.method)) {
    const given = { ...request.query, ...request.params }
    return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, fromText(spec.input, name, value)]))
  }
  const body = request.body ?? {}
  if (typeof body !== 'object' || Array.isArray(body)) return body
  return { ...body, ...request.params }
}

const decimal = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i

/** What is not plainly a number or a truth value stays text, for the check to refuse: `1.5` never becomes the integer 1. */
function fromText(schema: TObject, name: string, value: unknown): unknown {
  if (typeof value !== 'string' || !Object.hasOwn(schema.properties, name)) return value
  const { type } = schema.properties[name] as { readonly type?: unknown }
  if ((type === 'integer' || type === 'number') && decimal.test(value)) return Number(value)
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

/** A typed way to call procedures over some transport; the renderer, the CLI and tests each bring their own transport. */
export interface Client<P extends Record<string, Procedure>> {
  call<K extends keyof P & string>(name: K, ...input: InputArguments<P[K]>): Promise<Static<P[K]['output']>>
}
export type Transport = (name: string, input: Record<string, unknown>) => Promise<unknown>
type InputArguments<Q extends Procedure> =
  Record<never, never> extends Static<Q['input']> ? [input?: Static<Q['input']>] : [input: Static<Q['input']>]

export const createClient = <P extends Record<string, Procedure>>(transport: Transport): Client<P> => ({
  call: (name, ...input) => transport(name, input[0] ?? {}) as Promise<never>,
})

/** What the coordinator implements: one function per procedure, given checked input and who asks. */
export type Handlers<P extends Record<string, Procedure>, C> = {
  readonly [K in keyof P]: (input: Static<P[K]['input']>, caller: C) => Promise<Static<P[K]['output']>>
}
