import { describe, expect, it } from 'vitest'
import { type Reason, ReasonCode } from '../../contract/decision.ts'
import { Condition } from '../../contract/node.ts'
import { reasonText } from './reason-text.ts'

describe('the text of a reason', () => {
  it.each<[Reason, string]>([
    [{ code: 'lacks', need: 'memory_gb:64', have: '16' }, 'lacks memory_gb:64 (has 16)'],
    [{ code: 'lacks', need: 'skill:apple-notes' }, 'lacks skill:apple-notes'],
    [{ code: 'not_addressed', detail: 'vps' }, 'was not asked for; vps was'],
    [{ code: 'no_free_slot', detail: '4 of 4 slots in use' }, 'has no free slot (4 of 4 slots in use)'],
    [{ code: 'condition', condition: 'token_refused' }, 'has a gateway that refuses its token'],
    [{ code: 'offline' }, 'is offline'],
    [{ code: 'tie_break' }, 'is as idle as another; the tie came here'],
    [{ code: 'tie_break', detail: 'vps' }, 'is as idle; the tie went to vps'],
    [{ code: 'busier', detail: '0 of 4 slots in use, CPU at 90%' }, 'is busier (0 of 4 slots in use, CPU at 90%)'],
  ])('%o reads “%s”', (reason, text) => {
    expect(reasonText(reason)).toBe(text)
  })

  it('tells the time of today alone, and the date of another day with it', () => {
    const offline: Reason = { code: 'offline', since: '2026-01-01T14:02:59.000Z' }
    expect(reasonText(offline, '2026-01-01T23:00:00.000Z')).toBe('is offline since 14:02 UTC')
    expect(reasonText(offline, '2026-01-02T00:30:00.000Z')).toBe('is offline since 2026-01-01 14:02 UTC')
    expect(reasonText(offline)).toBe('is offline since 2026-01-01 14:02 UTC')
  })

  it('there is one for every code and condition, each its own', () => {
    const codes = ReasonCode.enum.filter((code) => code !== 'condition')
    const texts = [
      ...codes.map((code) => reasonText({ code, detail: 'this' })),
      ...Condition.enum.map((condition) => reasonText({ code: 'condition', condition })),
    ]
    expect(new Set(texts).size).toBe(texts.length)
    expect(texts.join()).not.toMatch(/undefined/)
  })
})
