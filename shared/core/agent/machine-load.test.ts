import { expect, it } from 'vitest'
import { fakeClock } from '../../testing/fake-clock.ts'
import { silentLog } from '../platform/log.ts'
import { busiestGpu, loadSourcesHere, type LoadSources, watchMachineLoad } from './machine-load.ts'

const sources = (overrides: Partial<LoadSources> = {}): LoadSources => ({
  cpu: async () => 0.5,
  memory: async () => 0.25,
  onBattery: async () => false,
  gpu: async () => undefined,
  ...overrides,
})

it('never waits: gives what it knows and renews it', async () => {
  const clock = fakeClock()
  let cpu = 0.5
  const load = watchMachineLoad({ clock, log: silentLog, sources: sources({ cpu: async () => cpu }) })
  expect(load()).toEqual({ cpu: 0, memory: 0, on_battery: false })
  await clock.settle()
  expect(load()).toEqual({ cpu: 0.5, memory: 0.25, on_battery: false })
  cpu = 0.75
  await clock.advance(4_000)
  load()
  await clock.settle()
  expect(load().cpu).toBe(0.75)
})

it('asks about the battery once a minute', async () => {
  const clock = fakeClock()
  let asked = 0
  const onBattery = async () => ++asked > 1
  const load = watchMachineLoad({ clock, log: silentLog, sources: sources({ onBattery }) })
  for (let i = 0; i < 12; i++) {
    load()
    await clock.advance(5_000)
  }
  expect(asked).toBe(1)
  load()
  await clock.settle()
  expect(load().on_battery).toBe(true)
})

it('keeps the last number when a source fails or talks nonsense, and warns once', async () => {
  const clock = fakeClock()
  const warnings: string[] = []
  const log = { ...silentLog, warn: (fields: object) => warnings.push((fields as { what: string }).what) }
  const memory = async () => {
    throw new Error('no')
  }
  const load = watchMachineLoad({
    clock,
    log,
    sources: sources({ memory, cpu: async () => Number.NaN, gpu: async () => 7 }),
  })
  for (let i = 0; i < 5; i++) {
    load()
    await clock.advance(30_000)
  }
  expect(load()).toEqual({ cpu: 0, memory: 0, on_battery: false, gpu: 1 })
  expect(warnings).toEqual(['memory'])
})

it('reads what nvidia-smi prints', () => {
  expect(busiestGpu('3\n97\n')).toBe(0.97)
  expect(busiestGpu('[N/A]\n')).toBeUndefined()
  expect(busiestGpu('')).toBeUndefined()
})

it('measures this machine', async () => {
  const shares = [await loadSourcesHere.cpu(), await loadSourcesHere.memory(), (await loadSourcesHere.gpu()) ?? 0]
  for (const share of shares) {
    expect(share).toBeGreaterThanOrEqual(0)
    expect(share).toBeLessThanOrEqual(1)
  }
})
