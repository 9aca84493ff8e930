/** What a machine is, in the mesh's words, from what it says of itself. Pure; the asking is `machine-probe.ts`. */
import type { Systeminformation } from 'systeminformation'
import type { Arch, Capabilities, Gpu, Os, SkillDetail } from '../../contract/capabilities.ts'

/** The machine's own part of its capabilities; tags are the user's, skills the gateway's. */
export type MachineFacts = Omit<Capabilities, 'tags' | 'skills' | 'skill_details'>

const oses: Readonly<Record<string, Os>> = { darwin: 'darwin', linux: 'linux', win32: 'windows', freebsd: 'freebsd' }
const arches: Readonly<Record<string, Arch>> = {
  x64: 'amd64',
  arm64: 'arm64',
  arm: 'arm',
  ia32: '386',
  riscv64: 'riscv64',
}

export const osName = (platform: string): Os => oses[platform] ?? 'other'

/** A program for Intel runs on Apple's processors too, and is told that it is on Intel; the processor's name is not changed. */
export const archName = (arch: string, cpuModel: string): Arch =>
  arch === 'x64' && cpuModel.includes('Apple') ? 'arm64' : (arches[arch] ?? 'other')

export const gigabytes = (bytes: number): number => Math.max(0, Math.round(bytes / 2 ** 30))

/**
 * Only what can compute counts: not the display chips of servers and virtual machines, not graphics inside a processor.
 * `vram_gb` is 0 where it cannot be known.
 */
export function gpusOf(controllers: readonly Systeminformation.GraphicsControllerData[], memoryGb: number): Gpu[] {
  return controllers.flatMap((controller) => {
    const { vendor, model } = controller
    const all = `${vendor} ${model} ${controller.name ?? ''}`
    if (/apple/i.test(vendor) && !/paravirtual/i.test(model)) {
      // Apple's share one memory with the processor.
      return [{ name: `${appleName(model)} (unified memory)`, vram_gb: memoryGb }]
    }
    const name = (controller.name ?? '').trim() || `${vendor} ${model}`.trim()
    const vramGb = Math.round(((controller.memoryTotal ?? controller.vram ?? 0) / 1_024) * 10) / 10
    const hasOwnMemory = vramGb >= leastOwnGb && !controller.vramDynamic
    if (!computes(all, hasOwnMemory)) return []
    return [{ name: name.slice(0, 200), vram_gb: hasOwnMemory || nvidia.test(all) ? vramGb : 0 }]
  })
}

/** Less is the window through which a processor sees a card, or a share of the machine's own memory. */
const leastOwnGb = 2
const nvidia = /nvidia|geforce|quadro|tesla/i
const amd = /\b(amd|ati|radeon|advanced micro devices)\b/i
const amdCard = /\bRX\s?\d|\bPro W|\bInstinct|\bMI\d{2,3}/i
const intel = /\bintel\b/i

function computes(name: string, hasOwnMemory: boolean): boolean {
  if (nvidia.test(name)) return true
  if (amd.test(name)) return hasOwnMemory || amdCard.test(name)
  return intel.test(name) && /\barc\b/i.test(name)
}

const appleName = (model: string): string => (/^apple/i.test(model) ? model : `Apple ${model}`).trim().slice(0, 180)

/** Within the contract's limits whatever the gateway says: a skill more or less must not cost the link. */
export function assemble(machine: MachineFacts, tags: readonly string[], skills: readonly SkillDetail[]): Capabilities {
  const details = skills
    .filter((skill) => skill.name !== '')
    .map((skill) => ({
      name: skill.name.slice(0, 128),
      description: skill.description.slice(0, 2_000),
      bundled: skill.bundled,
      requires: words(skill.requires, 64),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .slice(0, 1_000)
  return {
    ...machine,
    gpus: machine.gpus.slice(0, 32),
    tags: words(tags, 64),
    tools: words(machine.tools, 256),
    skills: words(
      details.map((skill) => skill.name),
      1_000,
    ),
    skill_details: details,
  }
}

const words = (all: readonly string[], max: number): string[] =>
  [...new Set(all.map((word) => word.trim().slice(0, 128)).filter((word) => word !== ''))].slice(0, max)
