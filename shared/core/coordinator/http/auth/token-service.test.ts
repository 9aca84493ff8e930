import { expect, it } from 'vitest'
import { adminToken, joinToken, memoryTokens } from '../../../../testing/door-bench.ts'
import { fakeClock } from '../../../../testing/fake-clock.ts'
import { sha256Hex } from '../../../platform/ids.ts'
import { TokenService } from './token-service.ts'

async function started(store = memoryTokens()) {
  const clock = fakeClock()
  const tokens = new TokenService({ store, secrets: { adminToken, joinToken }, clock })
  await tokens.start()
  const ended: string[] = []
  tokens.onEnd((hash) => ended.push(hash))
  return { clock, store, tokens, ended }
}

it('knows the fixed tokens, and no others', async () => {
  const { tokens } = await started()
  expect(tokens.verify(adminToken)).toMatchObject({ scope: 'admin', sender: 'owner' })
  expect(tokens.verify(joinToken)).toMatchObject({ scope: 'join' })
  expect(tokens.verify('')).toBeUndefined()
  expect(tokens.verify(`${adminToken} `)).toBeUndefined()
})

it('keeps issued tokens hashed, and knows them after a restart', async () => {
  const { store, tokens } = await started()
  const token = await tokens.issue({ scope: 'node', sender: 'mac', node_id: 'node-1' })
  expect(token).toMatch(/^cm_node_[\w-]{43}$/)
  expect(JSON.stringify(store.kept)).not.toContain(token)
  const again = await started(store)
  expect(again.tokens.verify(token)).toMatchObject({ scope: 'node', sender: 'mac', nodeId: 'node-1' })
})

it('revokes all tokens of a node, tells it at once, and remembers why', async () => {
  const { store, tokens, ended } = await started()
  const first = await tokens.issue({ scope: 'node', sender: 'mac', node_id: 'node-1' })
  const second = await tokens.issue({ scope: 'node', sender: 'mac', node_id: 'node-1' })
  const other = await tokens.issue({ scope: 'node', sender: 'nas', node_id: 'node-2' })
  const revoking = tokens.revokeNode('node-1')
  expect(tokens.verify(first)).toBeUndefined()
  expect(ended).toHaveLength(2)
  await revoking
  expect(tokens.wasRevoked(second)).toBe(true)
  expect(tokens.wasRevoked(other)).toBe(false)
  expect(tokens.verify(other)).toBeDefined()
  expect(store.kept.map(({ node_id }) => node_id)).toEqual(['node-2'])
})

it('keeps the four newest tokens of a node', async () => {
  const { store, tokens } = await started()
  const issued: string[] = []
  for (let n = 0; n < 6; n++) issued.push(await tokens.issue({ scope: 'node', sender: 'mac', node_id: 'node-1' }))
  expect(issued.map((token) => tokens.verify(token) !== undefined)).toEqual([false, false, true, true, true, true])
  expect(store.kept).toHaveLength(4)
})

it('ends a session twelve hours after its last use', async () => {
  const { clock, tokens, ended } = await started()
  const { token, expires_in_s } = tokens.openSession()
  expect(expires_in_s).toBe(12 * 3_600)
  await clock.advance(11 * 3_600_000)
  expect(tokens.verify(token)).toMatchObject({ scope: 'admin' })
  await clock.advance(11 * 3_600_000)
  expect(ended).toEqual([])
  await clock.advance(1 * 3_600_000)
  expect(ended).toHaveLength(1)
  expect(tokens.verify(token)).toBeUndefined()
})

it('holds a bounded number of sessions, and no timer after it stopped', async () => {
  const { clock, tokens } = await started()
  const first = tokens.openSession()
  for (let n = 0; n < 1_000; n++) tokens.openSession()
  expect(tokens.verify(first.token)).toBeUndefined()
  expect(clock.pending).toBe(1_000)
  tokens.stop()
  expect(clock.pending).toBe(0)
})

it('makes tokens for people, kept hashed under their name, and knows them after a restart', async () => {
  const { store, tokens } = await started()
  const { token, id, name } = await tokens.issueTo({ scope: 'operator', name: ' Ann ' })
  expect(name).toBe('Ann')
  expect(sha256Hex(token).startsWith(id)).toBe(true)
  expect(JSON.stringify(store.kept)).not.toContain(token)
  const again = await started(store)
  expect(again.tokens.verify(token)).toMatchObject({ scope: 'operator', sender: 'Ann' })
})

it.each(['owner', 'OWNER ', 'join', 'nobody', ' '])('gives no token to “%s”: that sender is its own', async (name) => {
  const { store, tokens } = await started()
  await expect(tokens.issueTo({ scope: 'viewer', name })).rejects.toMatchObject({ code: 'invalid_input' })
  expect(store.kept).toEqual([])
})

it('makes no more tokens than it keeps', async () => {
  const kept = Array.from({ length: 1_000 }, (_, n) => ({
    ...{ hash: sha256Hex(String(n)), scope: 'viewer' as const, sender: 'script', created_at: '2026-01-01T00:00:00Z' },
  }))
  const { tokens } = await started(memoryTokens(kept))
  await expect(tokens.issueTo({ scope: 'viewer', name: 'one more' })).rejects.toMatchObject({ code: 'rate_limited' })
})
