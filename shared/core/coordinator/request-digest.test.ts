import { expect, it } from 'vitest'
import { requestDigest, stableJson } from './request-digest.ts'

it('is the same whatever the order of fields, and with fields that are undefined', () => {
  const one = requestDigest({ content: 'a', sender: 's', requires: { gpu: true, os: 'linux' }, context: undefined })
  expect(requestDigest({ sender: 's', requires: { os: 'linux', gpu: true }, content: 'a' })).toBe(one)
})

it('differs when anything that matters differs', () => {
  const texts = [{ content: 'a' }, { content: 'b' }, { content: 'a', priority: 1 }, { content: 'a', conversation: 'c' }]
  const digests = texts.map((text) => requestDigest({ ...text, sender: 's' }))
  expect(new Set(digests).size).toBe(digests.length)
})

it('tells a list from its items and keeps their order', () => {
  expect(stableJson({ b: ['2', '1'], a: null })).toBe('{"a":null,"b":["2","1"]}')
})
