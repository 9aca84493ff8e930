/** Where this package lies and its version: the same from source and from the built file. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

const root = findRoot(import.meta.dirname)

export const version: string = readVersion()

/** Folder of the built page, or undefined when it was not built. */
export function findWebRoot(): string | undefined {
  const dir = path.join(root, 'dist', 'web')
  return existsSync(path.join(dir, 'index.html')) ? dir : undefined
}

function findRoot(from: string): string {
  for (let dir = from; ; dir = path.dirname(dir)) {
    if (existsSync(path.join(dir, 'package.json')) || path.dirname(dir) === dir) return dir
  }
}

function readVersion(): string {
  const value: unknown = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  return typeof value === 'object' && value !== null && 'version' in value ? String(value.version) : '0.0.0'
}
