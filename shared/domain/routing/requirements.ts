/** What a node lacks of what a message requires. Which node is meant by `requires.node` is not decided here. */
import type { Capabilities } from '../../contract/capabilities.ts'
import type { Reason } from '../../contract/decision.ts'
import type { Requirements } from '../../contract/requirement.ts'
import { foldName } from '../names.ts'

/** One requirement, and how a machine is held against it. */
interface Demand {
  /** As people read it: `skill:apple-notes`, `gpu`, `memory_gb:64`. */
  readonly need: string
  readonly met: (machine: Capabilities) => boolean
  /** What the machine has instead, where that says something. */
  readonly have?: (machine: Capabilities) => string
}

/** One `lacks` reason for each requirement that the machine does not meet; empty when it meets all. */
export const lacks = (machine: Capabilities, requires: Requirements): Reason[] =>
  demandsOf(requires)
    .filter((demand) => !demand.met(machine))
    .map(({ need, have }) => ({ code: 'lacks', need, ...(have === undefined ? {} : { have: have(machine) }) }))

/** The requirements in words. Without `node`, which is an address. */
export const needsOf = (requires: Requirements): string[] => demandsOf(requires).map((demand) => demand.need)

const demandsOf = (requires: Requirements): Demand[] => [
  ...same('os', requires.os, (machine) => machine.os),
  ...same('arch', requires.arch, (machine) => machine.arch),
  ...(requires.gpu === true ? [{ need: 'gpu', met: (machine: Capabilities) => machine.gpu }] : []),
  ...atLeast('vram_gb', requires.vram_gb, (machine) => Math.max(0, ...machine.gpus.map((gpu) => gpu.vram_gb))),
  ...atLeast('memory_gb', requires.memory_gb, (machine) => machine.memory_gb),
  ...named('skill', requires.skill, (machine) => machine.skills),
  ...named('tool', requires.tool, (machine) => machine.tools),
  ...named('tag', requires.tag, (machine) => machine.tags),
]

function same(field: string, wanted: string | undefined, have: (machine: Capabilities) => string): Demand[] {
  if (wanted === undefined) return []
  return [{ need: `${field}:${wanted}`, met: (machine) => have(machine) === wanted, have }]
}

function atLeast(field: string, wanted: number | undefined, have: (machine: Capabilities) => number): Demand[] {
  if (wanted === undefined) return []
  return [
    {
      need: `${field}:${wanted}`,
      met: (machine) => have(machine) >= wanted,
      have: (machine) => String(have(machine)),
    },
  ]
}

function named(
  field: string,
  wanted: string | readonly string[] | undefined,
  have: (machine: Capabilities) => readonly string[],
): Demand[] {
  if (wanted === undefined) return []
  const names = typeof wanted === 'string' ? [wanted] : wanted
  return names.map((name) => {
    const fold = foldName(name)
    return { need: `${field}:${name}`, met: (machine) => have(machine).some((one) => foldName(one) === fold) }
  })
}
