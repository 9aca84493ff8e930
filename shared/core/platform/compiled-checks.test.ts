import { expect, it } from 'vitest'
import { check, isValid } from '../../contract/check.ts'
import { Heartbeat } from '../../contract/link.ts'
import { aLoad } from '../../testing/builders.ts'
import { compileChecks } from './compiled-checks.ts'

it('judges the same after a schema was compiled, and complains in the same words', () => {
  compileChecks()
  const good = { type: 'heartbeat', load: aLoad(), gateway: { adapter: 'demo', state: 'ok' } }
  const bad = { ...good, load: { ...aLoad(), cpu: 'much' } }
  const extra = { ...good, more: 1 }
  const said = (value: unknown): string => {
    try {
      check(Heartbeat, value)
      return ''
    } catch (error) {
      return String(error)
    }
  }
  const first = [good, bad, extra].map(said)
  for (let use = 0; use < 300; use++) expect(isValid(Heartbeat, good)).toBe(true)
  expect([good, bad, extra].map(said)).toEqual(first)
  expect(first[0]).toBe('')
  expect(first[1]).toContain('load.cpu')
  expect(first[2]).toContain('more')
  expect([good, bad, extra].map((value) => isValid(Heartbeat, value))).toEqual([true, false, false])
})
