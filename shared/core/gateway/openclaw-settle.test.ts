import { expect, it } from 'vitest'
import type { Finding, Waited } from './openclaw-history.ts'
import { decide, type Look } from './openclaw-settle.ts'

const look = (finding: Finding, more: Partial<Look> = {}): Look => ({
  waited: { type: 'unknown' },
  finding,
  busy: false,
  kind: finding.type,
  since: 0,
  ...more,
})
const absent = look({ type: 'absent' })
const unanswered = look({ type: 'unanswered' })

it('says never_began only when two looks 5 s apart find no trace', () => {
  expect(decide(absent, undefined, 0)).toBe(5_000)
  expect(decide(absent, absent, 4_999)).toBe(5_000)
  expect(decide(absent, absent, 5_000)).toEqual({ state: 'never_began' })
})

it('starts over when the second look differs', () => {
  expect(decide(absent, unanswered, 60_000)).toBe(5_000)
})

it('says interrupted for an input without an answer in a session at rest', () => {
  expect(decide(unanswered, undefined, 0)).toBe(2_000)
  expect(decide(unanswered, unanswered, 2_000)).toMatchObject({
    state: 'interrupted',
    error: { code: 'message_interrupted' },
  })
})

it('waits while the session works, but not for ever on its word alone', () => {
  const busy = look({ type: 'absent' }, { busy: true })
  expect(decide(busy, busy, 119_000)).toBe(2_000)
  expect(decide(busy, busy, 120_000)).toEqual({ state: 'never_began' })
})

it('prefers the transcript, which has the whole answer, to the cut one of agent.wait', () => {
  const waited: Waited = { type: 'succeeded', text: 'x'.repeat(4_096) }
  expect(decide(look({ type: 'answered', text: 'whole', cut: [] }, { waited }), undefined, 0)).toEqual({
    state: 'succeeded',
    text: 'whole',
  })
  expect(decide(look({ type: 'unanswered' }, { waited }), undefined, 0)).toBe(2_000)
  expect(decide(look({ type: 'unanswered' }, { waited: { type: 'succeeded', text: 'short' } }), undefined, 0)).toEqual({
    state: 'succeeded',
    text: 'short',
  })
})
