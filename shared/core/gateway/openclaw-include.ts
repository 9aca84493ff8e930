/** Resolves `$include` in an OpenClaw configuration: one file or a list, merged as OpenClaw merges them. */
import path from 'node:path'
import { MeshError } from '../../contract/error.ts'
import { isTree, parseConfig, type Tree } from './openclaw-config.ts'

const maxDepth = 10

export type ReadFile = (file: string) => Promise<string | undefined>

export async function resolveIncludes(config: Tree, file: string, readFile: ReadFile): Promise<Tree> {
  const root = path.dirname(file)
  const resolved = await resolve(config, root, 0)
  return isTree(resolved) ? resolved : {}

  async function resolve(value: unknown, dir: string, depth: number): Promise<unknown> {
    if (Array.isArray(value)) return Promise.all(value.map((item) => resolve(item, dir, depth)))
    if (!isTree(value)) return value
    const { $include: include, ...rest } = value
    let merged: unknown
    for (const name of namesOf(include, file)) merged = merge(merged, await load(name, dir, depth))
    const own = await Promise.all(
      Object.entries(rest).map(async ([key, item]) => [key, await resolve(item, dir, depth)]),
    )
    return include === undefined ? Object.fromEntries(own) : merge(merged, Object.fromEntries(own))
  }

  async function load(name: string, dir: string, depth: number): Promise<unknown> {
    const target = path.resolve(dir, name)
    const relative = path.relative(root, target)
    if (depth >= maxDepth) throw refused(file, name, `is nested more than ${maxDepth} deep`)
    if (relative.startsWith('..') || path.isAbsolute(relative))
      throw refused(file, name, 'lies outside the configuration folder')
    const text = await readFile(target)
    if (text === undefined) throw refused(file, name, 'is not there')
    return resolve(parseConfig(text, target), path.dirname(target), depth + 1)
  }
}

function namesOf(include: unknown, file: string): string[] {
  if (include === undefined) return []
  const names: unknown[] = Array.isArray(include) ? include : [include]
  if (names.every((name) => typeof name === 'string')) return names
  throw refused(file, '$include', 'must be a file name or a list of them')
}

const refused = (file: string, name: string, problem: string): MeshError =>
  new MeshError('gateway_not_found', `${file}: the included file "${name}" ${problem}.`, {
    hint: `Run \`openclaw doctor\`, or move the \`gateway\` section into ${file} itself.`,
    details: { file, include: name },
  })

function merge(a: unknown, b: unknown): unknown {
  if (!isTree(a) || !isTree(b)) return b
  const merged: Record<string, unknown> = { ...a }
  for (const [key, value] of Object.entries(b)) merged[key] = key in merged ? merge(merged[key], value) : value
  return merged
}
