import { describe, expect, it } from 'vitest'
import type { Result } from '../../contract/link.ts'
import { aResult } from '../../testing/fake-link.ts'
import { ResultParts } from './result-parts.ts'

const part = (overrides: Partial<Result>): Result => ({
  ...aResult({ message_id: 'msg-1', attempt: 1 }),
  ...overrides,
})
const badFrame = expect.objectContaining({ code: 'bad_frame' })

describe('the parts of results', () => {
  it('are joined, those of several results in turn as well', () => {
    const parts = new ResultParts()
    expect(parts.add(part({ parts: 2, text: 'one ' }))).toBeUndefined()
    expect(parts.add(part({ message_id: 'msg-2', text: 'other' }))).toMatchObject({ text: 'other' })
    expect(parts.add(part({ parts: 2, part: 1, text: 'two', usage: { output_tokens: 2 } }))).toEqual({
      outcome: 'succeeded',
      text: 'one two',
      usage: { output_tokens: 2 },
      error: undefined,
      began: true,
      effects: 'possible',
    })
  })

  it.each([
    ['one is missing', [{ parts: 3 }, { parts: 3, part: 2 }]],
    ['one comes twice', [{ parts: 3 }, { parts: 3 }]],
    ['the first is not part 0', [{ parts: 3, part: 1 }]],
    ['there are more than announced', [{ parts: 1, part: 1 }]],
    ['their number differs', [{ parts: 2 }, { parts: 3, part: 1 }]],
    ['their outcome differs', [{ parts: 2 }, { parts: 2, part: 1, outcome: 'failed' as const }]],
  ])('are a bad frame when %s', (_, frames) => {
    const parts = new ResultParts()
    expect(() => frames.forEach((frame) => parts.add(part(frame)))).toThrow(badFrame)
  })

  it('of too many results at once are a bad frame', () => {
    const parts = new ResultParts()
    const begin = (n: number) => parts.add(part({ message_id: `msg-${n}`, parts: 2 }))
    for (let n = 0; n < 256; n++) begin(n)
    expect(() => begin(256)).toThrow(badFrame)
  })

  it('that are too long become a failure that keeps what came before the limit', () => {
    const parts = new ResultParts(5)
    parts.add(part({ parts: 3, part: 0, text: 'abc' }))
    parts.add(part({ parts: 3, part: 1, text: 'def' }))
    expect(parts.add(part({ parts: 3, part: 2, text: 'ghi' }))).toMatchObject({
      outcome: 'failed',
      text: 'abcde',
      error: { code: 'answer_too_large' },
    })
  })
})
