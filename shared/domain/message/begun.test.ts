import { expect, it } from 'vitest'
import type { Attempt } from '../../contract/message.ts'
import { mayHaveBegun } from './begun.ts'

const at = '2026-01-01T00:00:00.000Z'
const attempt = (more: Partial<Attempt>): Attempt => ({
  ...{ number: 1, node_id: 'node-1', node_name: 'mac', offered_at: at, charged: false },
  ...more,
})

it.each([
  ['no attempt', [], false],
  ['an offer that was refused', [attempt({ outcome: 'refused' })], false],
  ['a start that its node proved not to have heard', [attempt({ started_at: at, outcome: 'never_began' })], false],
  ['a start that nothing was heard of', [attempt({ started_at: at })], true],
  ['one turn among refusals', [attempt({ outcome: 'refused' }), attempt({ started_at: at, outcome: 'failed' })], true],
] as const)('judges %s', (_, attempts, begun) => {
  expect(mayHaveBegun({ attempts: [...attempts] })).toBe(begun)
})
