/** The one way in for untrusted values: `unknown` becomes a typed value, or a MeshError that names the field. */
import { type Static, type TSchema } from 'typebox'
import { Check, Errors } from 'typebox/value'
import { type ErrorCode, MeshError } from './error.ts'

export interface CheckOptions {
  /** What the value is, in the words of whoever sent it: `body`, `frame`, `settings`. */
  readonly what?: string
  readonly code?: ErrorCode
}

export type Checker = (value: unknown) => boolean
let compile: ((schema: TSchema) => Checker) | undefined
const compiled = new WeakMap<TSchema, { uses: number; check: Checker }>()
/** A schema that is used less often is not worth its compilation. */
const compileAfter = 100

/** For processes that check much and may generate code: schemas in steady use are checked by what this makes of them. */
export function compileChecksWith(compiler: (schema: TSchema) => Checker): void {
  compile = compiler
}

function fits(schema: TSchema, value: unknown): boolean {
  if (!compile) return Check(schema, value)
  let known = compiled.get(schema)
  if (!known) {
    known = { uses: 0, check: (other) => Check(schema, other) }
    compiled.set(schema, known)
  }
  known.uses += 1
  if (known.uses === compileAfter) known.check = compile(schema)
  return known.check(value)
}

/** Returns `value` as the schema's type. Never converts, never strips: what passes is what was sent. */
export function check<S extends TSchema>(schema: S, value: unknown, options: CheckOptions = {}): Static<S> {
  if (fits(schema, value)) return value as Static<S>
  const { what = 'input', code = 'invalid_input' } = options
  const problem = firstProblem(schema, value)
  const field = problem.field || what
  throw new MeshError(code, `${field}: ${problem.text}.`, {
    hint: problem.field
      ? `Correct "${problem.field}" in the ${what} and send it again.`
      : `Correct the ${what} and send it again.`,
    details: { field, problem: problem.text },
  })
}

export function isValid<S extends TSchema>(schema: S, value: unknown): value is Static<S> {
  return fits(schema, value)
}

const unhelpful = new Set<string>(['anyOf', 'oneOf', 'boolean'])

interface Problem {
  readonly field: string
  readonly text: string
}

/**
 * The first complaint that helps. A union complains once per branch: about a list with one wrong item as “must be
 * string” and as the item's own fault, which is deeper and says more.
 */
function firstProblem(schema: TSchema, value: unknown): Problem {
  const all = Errors(schema, value)
  const helpful = all.filter((error) => !unhelpful.has(error.keyword))
  const top = helpful[0] ?? all[0]
  const inUnion = all.some((error) => error.keyword === 'anyOf' && error.instancePath === top?.instancePath)
  const deeper = inUnion && helpful.find((error) => error.instancePath.startsWith(`${top?.instancePath ?? ''}/`))
  const first = deeper || top
  if (!first) return { field: '', text: 'does not fit' }
  const at = first.instancePath.split('/').slice(1)
  const params = first.params as Record<string, unknown>
  const extra = names(params['additionalProperties'] ?? params['unevaluatedProperties'])
  if (extra.length > 0) return { field: dotted([...at, ...extra.slice(0, 1)]), text: 'is not a known field' }
  const missing = names(params['requiredProperties'])
  if (missing.length > 0) return { field: dotted([...at, ...missing.slice(0, 1)]), text: 'is missing' }
  const allowed = params['allowedValues']
  if (Array.isArray(allowed)) return { field: dotted(at), text: `must be one of ${allowed.map(String).join(', ')}` }
  // A key is written by the sender too: only its name is repeated, cut short, never its value.
  return { field: dotted(at), text: first.message }
}

const names = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])
const dotted = (path: readonly string[]): string =>
  path.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~').slice(0, 64)).join('.')
