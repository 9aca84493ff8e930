/** The made-up mesh of `claw-mesh demo`: three machines whose capabilities are given, and the messages sent to them. */
import type { Requirements } from '../contract/requirement.ts'
import type { MachineFacts } from '../core/agent/capabilities.ts'
import type { SkillDetail } from '../contract/capabilities.ts'

export interface DemoNode {
  readonly name: string
  readonly machine: MachineFacts
  readonly tags: readonly string[]
  readonly skills: readonly SkillDetail[]
  readonly cpu: number
}

const appleNotes: SkillDetail = {
  name: 'apple-notes',
  description: 'Read and write notes in Apple Notes.',
  bundled: true,
  requires: ['os:darwin', 'bin:memo'],
}

export const demoNodes: readonly DemoNode[] = [
  {
    name: 'mac-mini',
    machine: { os: 'darwin', arch: 'arm64', gpu: false, gpus: [], memory_gb: 16, tools: ['git', 'node', 'xcode'] },
    tags: ['xcode', 'homebrew'],
    skills: [appleNotes],
    cpu: 0.35,
  },
  {
    name: 'linux-gpu',
    machine: {
      os: 'linux',
      arch: 'amd64',
      gpu: true,
      gpus: [{ name: 'NVIDIA RTX 4090', vram_gb: 24 }],
      memory_gb: 64,
      tools: ['docker', 'git', 'python3'],
    },
    tags: ['gpu', 'docker'],
    skills: [],
    cpu: 0.2,
  },
  {
    name: 'vps',
    machine: { os: 'linux', arch: 'amd64', gpu: false, gpus: [], memory_gb: 4, tools: ['git', 'node'] },
    tags: ['public-ip'],
    skills: [],
    cpu: 0.05,
  },
]

export interface DemoMessage {
  readonly text: 'build' | 'image' | 'address' | 'joke'
  readonly requires?: Requirements
  readonly node?: string
}

export const demoMessages: readonly DemoMessage[] = [
  { text: 'build', requires: { tool: 'xcode' } },
  { text: 'image', requires: { gpu: true } },
  { text: 'address', node: 'vps' },
  { text: 'joke' },
]
