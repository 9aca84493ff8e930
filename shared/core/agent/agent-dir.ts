/** Folders of this machine's nodes: one for the machine's own, and one for every node that was given a name of its own. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { files, type Home } from '../platform/home.ts'
import { sha256Hex } from '../platform/ids.ts'

/** Without a name the machine's own node, which keeps its folder when the host is renamed. */
export const agentDir = (home: Home, name: string | undefined): string =>
  name === undefined ? files(home).agentDir : path.join(home.data, 'agents', folderName(name))

/** A readable name that fits every file system; names that differ get folders that differ. */
export function folderName(name: string): string {
  const folded = name.normalize('NFKC').toLowerCase()
  const plain = folded
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
  return plain === folded ? plain : `${plain || 'node'}-${sha256Hex(folded).slice(0, 8)}`
}

/** Every folder that may hold a node, the machine's own first. */
export async function agentDirs(home: Home): Promise<string[]> {
  const parent = path.join(home.data, 'agents')
  const names = await readdir(parent).catch(() => [])
  return [files(home).agentDir, ...names.sort().map((name) => path.join(parent, name))]
}
