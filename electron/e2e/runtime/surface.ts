/**
 * The names of Electron's public members, read from the installed package's electron.d.ts, so that the test runtime can
 * answer every member it lacks with a clear error instead of `undefined`. Only names are taken.
 */
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

interface Members {
  methods: string[]
  props: string[]
  statics: string[]
  staticProps: string[]
  events: string[]
}
interface Export {
  kind: 'object' | 'class'
  iface: string
}
export interface Surface {
  electron: string
  main: Record<string, Export>
  renderer: Record<string, Export>
  ifaces: Record<string, Members>
}

/** Declared interfaces that no export names. */
const extra =
  'WebContents Session WebFrameMain NavigationHistory CommandLine Cookies WebRequest Debugger Dock Protocol NativeImage UtilityProcess ServiceWorkers NetLog Extensions'

export function readSurface(): Surface {
  const root = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  const text = fs.readFileSync(path.join(root, 'electron.d.ts'), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
  const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string }
  const common = namespaceExports(text, 'Common')
  const main = { ...common, ...namespaceExports(text, 'Main') }
  const renderer = { ...common, ...namespaceExports(text, 'Renderer') }
  const ifaces: Record<string, Members> = {}
  const named = [...Object.values(main), ...Object.values(renderer)].map((one) => one.iface)
  for (const name of new Set([...named, ...extra.split(' ')])) {
    if (bodyOf(text, name)) ifaces[name] = membersOf(text, name)
  }
  return { electron: version, main, renderer, ifaces }
}

/** What stands between the braces of `interface X {` or `class X {`, declared two spaces deep. */
function bodyOf(text: string, name: string): { head: string; body: string } | undefined {
  const opening = new RegExp(`\\n {2}(?:interface|class|abstract class) ${name}\\b([^{]*)\\{`).exec(text)
  if (!opening) return undefined
  const start = opening.index + opening[0].length
  let depth = 1
  let at = start
  for (; depth > 0; at++) depth += text[at] === '{' ? 1 : text[at] === '}' ? -1 : 0
  return { head: opening[1] ?? '', body: text.slice(start, at - 1) }
}

const inEmitter = new Set(['on', 'once', 'off', 'addListener', 'removeListener'])

function membersOf(text: string, name: string, seen = new Set<string>()): Members {
  const found = bodyOf(text, name)
  if (!found) throw new Error(`electron.d.ts has no declaration of ${name}.`)
  const out: Members = { methods: [], props: [], statics: [], staticProps: [], events: [] }
  let depth = 0
  for (const raw of found.body.split('\n')) {
    if (depth === 0 && /^ {4}\S/.test(raw)) note(out, raw.trim())
    for (const char of raw) depth += '{('.includes(char) ? 1 : '})'.includes(char) ? -1 : 0
    depth = Math.max(0, depth)
  }
  const base = /extends\s+(?:Electron\.)?(\w+)/.exec(found.head)?.[1]
  if (base && bodyOf(text, base) && !seen.has(base)) {
    const inherited = membersOf(text, base, seen.add(base))
    for (const key of Object.keys(out) as (keyof Members)[]) out[key].push(...inherited[key])
  }
  for (const key of Object.keys(out) as (keyof Members)[]) out[key] = [...new Set(out[key])].sort()
  return out
}

function note(out: Members, line: string): void {
  const event = /^(?:on|addListener|once|off|removeListener)\(event: '([^']+)'/.exec(line)?.[1]
  if (event) out.events.push(event)
  const [, isStatic, name = '', next] =
    /^(static )?(?:readonly )?(?:async )?([A-Za-z_$][\w$]*)\??(\(|<|:)/.exec(line) ?? []
  if (event || !name || name === 'constructor' || inEmitter.has(name)) return
  const isMethod = next !== ':'
  const list = isStatic ? (isMethod ? out.statics : out.staticProps) : isMethod ? out.methods : out.props
  list.push(name)
}

function namespaceExports(text: string, namespace: string): Record<string, Export> {
  const start = text.indexOf(`\n  namespace ${namespace} {`)
  const part = text.slice(start, text.indexOf('\n  }', start))
  const out: Record<string, Export> = {}
  for (const [, name = '', iface = ''] of part.matchAll(/\n {4}const (\w+): (?:typeof )?(\w+);/g))
    out[name] = { kind: 'object', iface }
  for (const [, name = '', iface = ''] of part.matchAll(/\n {4}class (\w+) extends Electron\.(\w+)/g))
    out[name] = { kind: 'class', iface }
  return out
}
