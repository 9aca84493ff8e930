import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isValid } from '../../contract/check.ts'
import { MessageSummary } from '../../contract/message.ts'
import { aMessage } from '../../testing/builders.ts'
import { excerptChars, summarise } from './summary.ts'

describe('the summary of a message', () => {
  it('carries what a line needs, and neither context, decision nor attempts', () => {
    const message = aMessage({
      ...{ conversation: 'talk', node_id: 'node-1', node_name: 'mac-mini', response: 'Noon.', attempt: 1 },
      ...{ ended_at: '2026-01-01T00:00:02.000Z', error: { code: 'timeout', message: 'Too slow.' } },
      waiting: { reason: 'offline', since: '2026-01-01T00:00:00.000Z', position: 1 },
      context: [{ role: 'user', text: 'Before' }],
      decision: {
        ...{ outcome: 'chosen', node_id: 'node-1', strategy: 'least-busy', rule_id: null, affinity: 'none' },
        ...{ requires: {}, nodes: [], reason: 'mac-mini: the only node', at: '2026-01-01T00:00:00.000Z' },
      },
    })
    const { content, context, decision, response, attempts, priority, timeout_s, queue_ttl_s, ...shared } = message
    expect(summarise(message)).toEqual({
      ...shared,
      excerpt: content,
      response_excerpt: response,
      reason: decision?.reason,
    })
  })

  it('is valid for a message of which little is known', () => {
    const summary = summarise(aMessage())
    expect(isValid(MessageSummary, summary)).toBe(true)
    expect(Object.values(summary)).not.toContain(undefined)
  })

  it('cuts both texts to 280 characters, never through a surrogate pair', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 600, size: 'max' }), (text) => {
        const { excerpt, response_excerpt } = summarise(aMessage({ content: text, response: text }))
        expect(excerpt).toBe(response_excerpt)
        expect(text.startsWith(excerpt)).toBe(true)
        expect(excerpt.isWellFormed()).toBe(true)
        expect(excerpt.length).toBeLessThanOrEqual(excerptChars)
        expect(excerpt.length).toBeGreaterThanOrEqual(Math.min(text.length, excerptChars - 1))
      }),
    )
    expect(summarise(aMessage({ content: `${'a'.repeat(279)}😀` })).excerpt).toBe('a'.repeat(279))
    expect(summarise(aMessage({ content: `${'a'.repeat(278)}😀` })).excerpt).toBe(`${'a'.repeat(278)}😀`)
  })
})
