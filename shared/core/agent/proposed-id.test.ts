import { expect, it } from 'vitest'
import { proposeNodeId, readMachineId } from './proposed-id.ts'

it('is the same for the same machine and folder, another for either', () => {
  const id = proposeNodeId('machine', '/data/a')
  expect(id).toMatch(/^node-[0-9a-f]{16}$/)
  expect(proposeNodeId('machine', '/data/a')).toBe(id)
  expect(proposeNodeId('machine', '/data/b')).not.toBe(id)
  expect(proposeNodeId('other', '/data/a')).not.toBe(id)
})

it('does not run machine id and folder together', () => {
  expect(proposeNodeId('a', 'b/c')).not.toBe(proposeNodeId('ab', '/c'))
})

it('finds something to go by on this machine', async () => {
  expect(await readMachineId('host')).not.toBe('')
})
