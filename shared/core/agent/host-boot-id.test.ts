import { expect, it } from 'vitest'
import { hostBootId } from './host-boot-id.ts'

const facts = {
  platform: 'darwin',
  kernelId: () => Promise.reject(new Error('no such file')),
  nowMs: 1_000_000_000,
  uptimeS: 400,
  kept: undefined,
}

it('is the kernel’s own id on Linux', async () => {
  const kernelId = () => Promise.resolve('1dd3b965-6cc6-487d-82ac-8c7dd8b376c6\n')
  expect(await hostBootId({ ...facts, platform: 'linux', kernelId })).toBe('1dd3b965-6cc6-487d-82ac-8c7dd8b376c6')
})

it('is the moment of the boot elsewhere, and where the kernel’s id cannot be read', async () => {
  expect(await hostBootId(facts)).toBe('boot-999600')
  expect(await hostBootId({ ...facts, platform: 'linux' })).toBe('boot-999600')
  expect(await hostBootId({ ...facts, platform: 'linux', kernelId: () => Promise.resolve('<html>') })).toBe(
    'boot-999600',
  )
})

it('stays the same when the clock is corrected a little', async () => {
  const kept = await hostBootId(facts)
  expect(await hostBootId({ ...facts, nowMs: facts.nowMs + 60_000 + 1_400, uptimeS: 460, kept })).toBe(kept)
})

it('is another after a reboot, however quick', async () => {
  const kept = await hostBootId(facts)
  expect(await hostBootId({ ...facts, nowMs: facts.nowMs + 30_000, uptimeS: 15, kept })).not.toBe(kept)
})

it('does not take an id of another kind for its own', async () => {
  expect(await hostBootId({ ...facts, kept: 'boot-x' })).toBe('boot-999600')
})
