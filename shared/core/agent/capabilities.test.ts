import type { Systeminformation } from 'systeminformation'
import { expect, it } from 'vitest'
import { isValid } from '../../contract/check.ts'
import { Capabilities } from '../../contract/capabilities.ts'
import { archName, assemble, gigabytes, gpusOf, type MachineFacts, osName } from './capabilities.ts'

const controller = (
  values: Partial<Systeminformation.GraphicsControllerData>,
): Systeminformation.GraphicsControllerData => ({
  vendor: '',
  model: '',
  bus: 'Onboard',
  vram: null,
  vramDynamic: false,
  ...values,
})
const gpus = (values: Partial<Systeminformation.GraphicsControllerData>) => gpusOf([controller(values)], 32)

it('names systems and processors as Go does', () => {
  expect(['darwin', 'linux', 'win32', 'freebsd', 'aix'].map(osName)).toEqual([
    'darwin',
    'linux',
    'windows',
    'freebsd',
    'other',
  ])
  const names = ['x64', 'arm64', 'arm', 'ia32', 'riscv64', 's390x'].map((arch) => archName(arch, 'AMD EPYC'))
  expect(names).toEqual(['amd64', 'arm64', 'arm', '386', 'riscv64', 'other'])
})

it('knows Apple silicon under an Intel build', () => {
  expect(archName('x64', 'VirtualApple @ 2.50GHz')).toBe('arm64')
  expect(archName('x64', 'Intel(R) Core(TM) i7-9750H CPU @ 2.60GHz')).toBe('amd64')
})

it('rounds memory to what was sold', () => {
  expect(gigabytes(16_591_945_728)).toBe(15)
  expect(gigabytes(16_760_000_000)).toBe(16)
  expect(gigabytes(68_719_476_736)).toBe(64)
})

it('reads an NVIDIA card on Linux', () => {
  expect(
    gpus({
      vendor: 'NVIDIA Corporation',
      model: 'AD102 [GeForce RTX 4090]',
      name: 'NVIDIA GeForce RTX 4090',
      vram: 24_564,
      memoryTotal: 24_564,
    }),
  ).toEqual([{ name: 'NVIDIA GeForce RTX 4090', vram_gb: 24 }])
})

it('reads an NVIDIA card whose driver is missing', () => {
  expect(gpus({ vendor: 'NVIDIA Corporation', model: 'GA106 [GeForce RTX 3060]' })).toEqual([
    { name: 'NVIDIA Corporation GA106 [GeForce RTX 3060]', vram_gb: 0 },
  ])
})

it('counts Apple silicon with the memory it shares', () => {
  const apple = { vendor: 'Apple', model: 'Apple M2 Pro', bus: 'Built-In', vramDynamic: true, cores: 19 }
  expect(gpus(apple)).toEqual([{ name: 'Apple M2 Pro (unified memory)', vram_gb: 32 }])
  expect(gpus({ ...apple, vendor: 'sppci_vendor_Apple', model: 'M3' })[0]?.name).toBe('Apple M3 (unified memory)')
  expect(gpus({ ...apple, model: 'Apple Paravirtual device' })).toEqual([])
})

it('reads AMD cards, and does not take the window on one for its memory', () => {
  const card = { vendor: 'Advanced Micro Devices, Inc. [AMD/ATI]', model: 'Navi 31 [Radeon RX 7900 XTX]' }
  expect(gpus({ ...card, memoryTotal: 24_560 })[0]?.vram_gb).toBe(24)
  expect(gpus({ ...card, vram: 256 })).toEqual([{ name: expect.stringContaining('RX 7900') as string, vram_gb: 0 }])
  expect(gpus({ vendor: 'AMD', model: 'AMD Radeon Pro 5300M', bus: 'PCIe', vram: 4_096 })[0]?.vram_gb).toBe(4)
})

it.each([
  { vendor: 'Intel Corporation', model: 'UHD Graphics 630', vram: 256 },
  { vendor: 'Intel', model: 'Intel Iris Plus Graphics', bus: 'Built-In', vram: 1_536, vramDynamic: true },
  { vendor: 'Intel Corporation', model: 'Intel(R) UHD Graphics 770', vram: 2_048, vramDynamic: true },
  { vendor: 'Advanced Micro Devices, Inc. [AMD/ATI]', model: 'Cezanne [Radeon Vega Series]', vram: 512 },
  { vendor: 'ASPEED Technology, Inc.', model: 'ASPEED Graphics Family', vram: 16 },
  { vendor: 'VMware', model: 'SVGA II Adapter', vram: 128 },
  { vendor: 'Red Hat, Inc.', model: 'Virtio GPU', vram: 8 },
  { vendor: 'Microsoft', model: 'Microsoft Basic Display Adapter' },
])('does not count $vendor $model as a GPU', (values) => {
  expect(gpus(values)).toEqual([])
})

it('counts an Intel Arc card', () => {
  expect(gpus({ vendor: 'Intel Corporation', model: 'DG2 [Arc A770]', vram: 16_384 })).toMatchObject([{ vram_gb: 16 }])
})

const machine: MachineFacts = { os: 'linux', arch: 'amd64', gpu: false, gpus: [], memory_gb: 8, tools: ['git'] }
const skill = (name: string, description = 'What it is for') => ({ name, description, bundled: false, requires: [] })

it('puts machine, tags and skills together, sorted and without repeats', () => {
  const all = assemble(machine, ['home', ' home ', ''], [skill('weather'), skill('apple-notes')])
  expect(all).toMatchObject({ tags: ['home'], tools: ['git'], skills: ['apple-notes', 'weather'] })
  expect(isValid(Capabilities, all)).toBe(true)
})

it('stays within the contract whatever the gateway and the user say', () => {
  const skills = Array.from({ length: 1_500 }, (_, i) => skill(`skill-${i}`.repeat(40), 'd'.repeat(5_000)))
  const tags = Array.from({ length: 200 }, (_, i) => `tag ${i}`.repeat(50))
  expect(isValid(Capabilities, assemble(machine, tags, [...skills, skill('')]))).toBe(true)
})
