import { expect, it } from 'vitest'
import { createVault } from './vault.ts'

it('keeps a text under its key and forgets it', () => {
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage
  const vault = createVault(() => storage, 'k')
  vault.write('v')
  expect([vault.read(), kept.get('k')]).toEqual(['v', 'v'])
  vault.write(undefined)
  expect([vault.read(), kept.size]).toEqual([undefined, 0])
})

it('remembers for this page where the browser refuses to store', () => {
  const vault = createVault(() => {
    throw new Error('denied')
  }, 'k')
  vault.write('v')
  expect(vault.read()).toBe('v')
})
