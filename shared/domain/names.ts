/** Names that people give to nodes: when two are the same, how one is made unique, and how a node is found by one. */
import { cut } from './text.ts'

export const maxNameChars = 64

/** Two names with the same fold are the same name: NFKC, no case, no space around. */
export function foldName(name: string): string {
  // Most names are ASCII; routing folds every skill of every node.
  if (/^[\x20-\x7e]*$/.test(name)) return name.toLowerCase().trim()
  // Up and down again: that spells out what has no pair of its own (ß and ẞ, final sigma), as Unicode's folding does.
  return name.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().normalize('NFKC').trim()
}

/** The name as one word, for `@mentions` and other places without spaces; letters of all scripts stay. */
export function slugOf(name: string): string {
  const slug = foldName(name)
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
  return slug === '' ? 'node' : slug
}

/** `name`, or `name-2`, `name-3`, … when that is taken; never longer than a name may be. */
export function uniqueName(name: string, taken: Iterable<string>): string {
  const folds = new Set([...taken].map(foldName))
  const wanted = cut(name.trim(), maxNameChars).trim() || 'node'
  if (!folds.has(foldName(wanted))) return wanted
  for (let number = 2; ; number += 1) {
    const suffix = `-${number}`
    const candidate = cut(wanted, maxNameChars - suffix.length).trimEnd() + suffix
    if (!folds.has(foldName(candidate))) return candidate
  }
}

/** The node with that id; else the one with that name, in any case. */
export function resolveNode<N extends { readonly id: string; readonly name: string }>(
  nodes: readonly N[],
  idOrName: string,
): N | undefined {
  const byId = nodes.find((node) => node.id === idOrName)
  if (byId) return byId
  const fold = foldName(idOrName)
  return nodes.find((node) => foldName(node.name) === fold)
}
