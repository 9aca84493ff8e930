import { expect, it } from 'vitest'
import type { Gpu } from '../../contract/capabilities.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { systemClock } from '../platform/clock.ts'
import { silentLog } from '../platform/log.ts'
import { createMachineProbe, gpusHere, toolsHere } from './machine-probe.ts'

const card: Gpu = { name: 'NVIDIA GeForce RTX 4090', vram_gb: 24 }

it('answers in time with what is known, and with the rest the next time', async () => {
  const clock = fakeClock()
  let answer: (gpus: Gpu[]) => void = () => undefined
  const gpus = () => new Promise<Gpu[]>((resolve) => (answer = resolve))
  const probe = createMachineProbe({ clock, log: silentLog, tools: async () => ['git'], gpus })
  const first = probe(1_000)
  await clock.advance(1_000)
  expect(await first).toMatchObject({ gpu: false, gpus: [], tools: ['git'] })
  const second = probe(20_000)
  answer([card])
  expect(await second).toMatchObject({ gpu: true, gpus: [card] })
  expect(clock.pending).toBe(0)
})

it('asks once at a time, however often it is wanted', async () => {
  const clock = fakeClock()
  let asked = 0
  const gpus = () => new Promise<Gpu[]>(() => asked++)
  const probe = createMachineProbe({ clock, log: silentLog, tools: async () => [], gpus })
  void probe(1_000)
  void probe(1_000)
  await clock.advance(1_000)
  expect(asked).toBe(1)
})

it('keeps what was known when a look-up fails, and warns', async () => {
  const warnings: string[] = []
  const log = { ...silentLog, warn: (fields: object) => warnings.push((fields as { what: string }).what) }
  let broken = false
  const gpus = async () => {
    if (broken) throw new Error('driver gone')
    return [card]
  }
  const probe = createMachineProbe({ clock: systemClock, log, tools: async () => [], gpus })
  await probe(1_000)
  broken = true
  expect(await probe(1_000)).toMatchObject({ gpu: true, gpus: [card] })
  expect(warnings).toEqual(['gpus'])
})

it('finds out about this machine', async () => {
  const probe = createMachineProbe({
    clock: systemClock,
    log: silentLog,
    tools: toolsHere,
    gpus: gpusHere(systemClock),
  })
  const facts = await probe(20_000)
  expect(facts.memory_gb).toBeGreaterThan(0)
  expect(facts.gpu).toBe(facts.gpus.length > 0)
})
