import { describe, expect, it } from 'vitest'
import { capabilities } from '../../testing/builders.ts'
import type { Requirements } from '../../contract/requirement.ts'
import { lacks, needsOf } from './requirements.ts'

const mac = capabilities({
  ...{ os: 'darwin', arch: 'arm64', memory_gb: 32, tags: ['home'], tools: ['git', 'xcodebuild'] },
  skills: ['Apple-Notes', '天气'],
})
const gpuBox = capabilities({
  gpu: true,
  gpus: [
    { name: 'RTX 3060', vram_gb: 12 },
    { name: 'GT 1030', vram_gb: 2 },
  ],
})

describe('what a machine lacks', () => {
  it('is nothing when all requirements hold', () => {
    const requires: Requirements = {
      ...{ os: 'darwin', arch: 'arm64', memory_gb: 32 },
      ...{ skill: 'apple-notes', tool: ['git'], tag: 'HOME' },
    }
    expect(lacks(mac, requires)).toEqual([])
    expect(lacks(gpuBox, { gpu: true, vram_gb: 12 })).toEqual([])
    expect(lacks(mac, {})).toEqual([])
  })

  it('is each requirement that does not hold, with what is there instead', () => {
    expect(lacks(mac, { os: 'linux', arch: 'amd64', gpu: true, vram_gb: 8, memory_gb: 64 })).toEqual([
      { code: 'lacks', need: 'os:linux', have: 'darwin' },
      { code: 'lacks', need: 'arch:amd64', have: 'arm64' },
      { code: 'lacks', need: 'gpu' },
      { code: 'lacks', need: 'vram_gb:8', have: '0' },
      { code: 'lacks', need: 'memory_gb:64', have: '32' },
    ])
  })

  it('names each missing skill, tool and tag of a list', () => {
    expect(lacks(mac, { skill: ['天气', 'docker'], tool: ['git', 'ffmpeg', 'sox'], tag: ['work'] })).toEqual([
      { code: 'lacks', need: 'skill:docker' },
      { code: 'lacks', need: 'tool:ffmpeg' },
      { code: 'lacks', need: 'tool:sox' },
      { code: 'lacks', need: 'tag:work' },
    ])
  })

  it('does not take a tool for a skill', () => {
    expect(lacks(mac, { skill: 'git' })).toEqual([{ code: 'lacks', need: 'skill:git' }])
  })

  it('counts memory of one GPU, not of all together', () => {
    expect(lacks(gpuBox, { vram_gb: 14 })).toEqual([{ code: 'lacks', need: 'vram_gb:14', have: '12' }])
  })

  it('is never a GPU when none is asked for', () => {
    expect(lacks(gpuBox, { gpu: false })).toEqual([])
    expect(lacks(mac, { gpu: false, vram_gb: 0 })).toEqual([])
  })

  it('says nothing about which node is meant', () => {
    expect(lacks(mac, { node: 'linux-gpu' })).toEqual([])
    expect(needsOf({ node: 'linux-gpu', gpu: true, skill: ['a', 'b'] })).toEqual(['gpu', 'skill:a', 'skill:b'])
  })
})
