import { expect, it } from 'vitest'
import { fakeClock } from '../../testing/fake-clock.ts'
import { messageIds } from './message-ids.ts'

it('makes ids that sort by when they were made: within a millisecond, past its count, and when the clock goes back', async () => {
  const clock = fakeClock()
  let backMs = 0
  const next = messageIds({ ...clock, now: () => clock.now() - backMs })
  const ids = Array.from({ length: 70_000 }, next)
  await clock.advance(5)
  ids.push(next())
  backMs = 60_000
  ids.push(next(), next())
  expect(ids).toEqual(ids.toSorted())
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids[0]).toMatch(/^msg-[0-9a-f]{24}$/)
})

it('goes on after the newest id that a restart finds, whatever the clock says by then', () => {
  const first = messageIds(fakeClock('2026-01-01T12:00:00Z'))()
  const next = messageIds(fakeClock('2026-01-01T09:00:00Z'), { newest: first })
  expect([next(), next(), first].toSorted()[0]).toBe(first)
  const other = messageIds(fakeClock(), { newest: 'not made here' })
  expect(other()).toMatch(/^msg-[0-9a-f]{24}$/)
})
