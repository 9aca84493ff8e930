/** Settings as YAML text: read key by key, each bad one falling back alone, and patched so that comments live. */
import { isDeepStrictEqual } from 'node:util'
import { type TObject, type TSchema } from 'typebox'
import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import { check, isValid } from '../../contract/check.ts'
import { MeshError } from '../../contract/error.ts'
import { defaultSettings, Settings } from '../../contract/settings.ts'

export interface SettingsWarning {
  /** 1 is the first line of the file. */
  readonly line: number
  /** `coordinator.port`. */
  readonly key: string
  /** One English sentence: what is wrong and what holds instead. */
  readonly text: string
}

export interface ReadSettings {
  readonly settings: Settings
  readonly warnings: readonly SettingsWarning[]
  readonly document: Document
}

type Values = Record<string, unknown>

/** Throws `settings_invalid` only when the text is not YAML at all. */
export function readSettings(text: string): ReadSettings {
  const lines = new LineCounter()
  const document: Document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const broken = document.errors[0]
  if (broken) {
    const { line, col } = lines.linePos(broken.pos[0])
    throw new MeshError('settings_invalid', `The settings file is not valid YAML at line ${line}, column ${col}.`, {
      cause: broken,
      hint: broken.message,
      details: { line, column: col },
    })
  }
  const warnings: SettingsWarning[] = []
  const warn = (key: string, offset: number, text: string) =>
    warnings.push({ line: lines.linePos(offset).line, key, text })
  const settings = structuredClone(defaultSettings) as unknown as Values
  fill(settings, Settings, document.contents, [], warn)
  return { settings: check(Settings, settings, { what: 'settings' }), warnings, document }
}

type Warn = (key: string, offset: number, text: string) => void

/** Copies what is valid in `node` over the defaults in `target`. */
function fill(target: Values, schema: TObject, node: unknown, at: readonly string[], warn: Warn): void {
  if (isNothing(node)) return
  if (!isMap(node)) {
    warn(
      at.join('.') || 'settings',
      startOf(node),
      `${at.join('.') || 'The file'} must be a list of "key: value" lines; the defaults hold.`,
    )
    return
  }
  for (const pair of node.items) {
    const name = isScalar(pair.key) ? String(pair.key.value) : ''
    const key = [...at, name].join('.')
    const part = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
    if (!part) {
      warn(key, startOf(pair.key), `${key.slice(0, 80)} is not a known setting; it is ignored.`)
    } else if (isObject(part)) {
      fill(target[name] as Values, part, pair.value, [...at, name], warn)
    } else if (!isNothing(pair.value)) {
      const value = toPlain(pair.value)
      if (isValid(part, value)) target[name] = value
      else warn(key, startOf(pair.key), complaint(part, key, value, target[name]))
    }
  }
}

function complaint(schema: TSchema, key: string, value: unknown, fallback: unknown): string {
  const problem = problemOf(schema, value)
  return `${key} ${problem}; ${JSON.stringify(fallback)} is used.`
}

function problemOf(schema: TSchema, value: unknown): string {
  try {
    check(schema, value)
    return 'does not fit'
  } catch (error) {
    const problem = error instanceof MeshError ? error.details?.['problem'] : undefined
    return typeof problem === 'string' ? problem : 'does not fit'
  }
}

/** Writes into `document` what differs from what it says now; every other line stays as its owner wrote it. */
export function patchSettings(document: Document, settings: Settings): string {
  const now = readSettings(String(document)).settings as unknown as Values
  patch(document, Settings, now, settings, [])
  return String(document)
}

function patch(document: Document, schema: TObject, now: Values, wanted: Values, at: readonly string[]): void {
  for (const [name, part] of Object.entries(schema.properties)) {
    const path = [...at, name]
    if (isDeepStrictEqual(now[name], wanted[name])) continue
    if (isObject(part)) {
      if (!isMap(document.getIn(path))) document.setIn(path, document.createNode({}))
      patch(document, part, now[name] as Values, wanted[name] as Values, path)
    } else {
      document.setIn(path, Array.isArray(wanted[name]) ? document.createNode(wanted[name]) : wanted[name])
    }
  }
}

const isObject = (schema: TSchema): schema is TObject => 'properties' in schema
const isNothing = (node: unknown): boolean =>
  node === null || node === undefined || (isScalar(node) && node.value === null)

function startOf(node: unknown): number {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined
  const start: unknown = Array.isArray(range) ? range[0] : undefined
  return typeof start === 'number' ? start : 0
}

function toPlain(node: unknown): unknown {
  const plain = node as { toJSON?: () => unknown }
  return typeof plain.toJSON === 'function' ? plain.toJSON() : node
}
