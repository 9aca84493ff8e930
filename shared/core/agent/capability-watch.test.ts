import { expect, it } from 'vitest'
import type { Capabilities, SkillDetail } from '../../contract/capabilities.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { silentLog } from '../platform/log.ts'
import type { MachineFacts } from './capabilities.ts'
import { CapabilityWatch } from './capability-watch.ts'

const facts: MachineFacts = { os: 'linux', arch: 'amd64', gpu: false, gpus: [], memory_gb: 8, tools: [] }

function watch(parts: { probe?: () => Promise<MachineFacts>; skills?: () => Promise<SkillDetail[]> } = {}) {
  const clock = fakeClock()
  const changes: Capabilities[] = []
  let collections = 0
  const capabilities = new CapabilityWatch({
    clock,
    log: silentLog,
    tags: [],
    skills: parts.skills ?? (async () => []),
    probe: async () => {
      collections++
      return (await parts.probe?.()) ?? facts
    },
    changed: (current) => changes.push(current),
  })
  return { clock, changes, capabilities, collected: () => collections }
}

it('starts with a quick look and follows with a patient one, which is told only if it saw more', async () => {
  const { clock, changes, capabilities, collected } = watch()
  await capabilities.start()
  expect(capabilities.current).toMatchObject({ os: 'linux' })
  await clock.settle()
  expect(collected()).toBe(2)
  expect(changes).toEqual([])
  capabilities.stop()
})

it('looks again every 5 minutes, and tells of a change once', async () => {
  let memory_gb = 8
  const { clock, changes, capabilities } = watch({ probe: async () => ({ ...facts, memory_gb }) })
  await capabilities.start()
  await clock.advance(299_000)
  memory_gb = 16
  await clock.advance(2_000)
  expect(changes.map((change) => change.memory_gb)).toEqual([16])
  await clock.advance(600_000)
  expect(changes).toHaveLength(1)
  capabilities.stop()
  expect(clock.pending).toBe(0)
})

it('looks once more after a look that was under way when it was asked', async () => {
  const { clock, capabilities, collected } = watch()
  await capabilities.start()
  capabilities.refresh()
  capabilities.refresh()
  await clock.settle()
  await clock.settle()
  expect(collected()).toBe(3)
  capabilities.stop()
})

it('is not held up by a gateway that does not answer about its skills', async () => {
  const { clock, capabilities } = watch({ skills: () => new Promise(() => undefined) })
  const started = capabilities.start()
  await clock.advance(1_000)
  await started
  expect(capabilities.current.skills).toEqual([])
  capabilities.stop()
})

it('lives on when a look fails', async () => {
  let broken = false
  const { clock, changes, capabilities } = watch({
    probe: async () => {
      if (broken) throw new Error('a bug')
      return facts
    },
  })
  await capabilities.start()
  await clock.settle()
  broken = true
  await clock.advance(300_000)
  broken = false
  capabilities.refresh()
  await clock.settle()
  expect(changes).toEqual([])
  expect(capabilities.current.os).toBe('linux')
  capabilities.stop()
})
