import { expect, it } from 'vitest'
import { createI18n, translator } from '../../../shared/i18n/create-i18n.ts'
import { linkIn, readJoinLink } from './join-link.ts'

const t = translator(createI18n('en'))
const token = 'cm_once_0123456789abcdef'
const fp = 'A'.repeat(43)
const u = encodeURIComponent('https://mesh.example/')

it('reads a join link, and keeps the token out of what is shown', () => {
  const read = readJoinLink(`claw-mesh://join?u=${u}&fp=${fp}&t=${token}`, t)
  expect(read).toEqual({ link: { coordinator_url: 'https://mesh.example', fp }, token })
  expect(readJoinLink(`claw-mesh://join/?t=${token}&u=${u}`, t).link).toEqual({
    coordinator_url: 'https://mesh.example',
  })
})

it.each([
  ['https://join?u=x', 'not a claw-mesh link'],
  ['', 'not a claw-mesh link'],
  [`claw-mesh://run?u=${u}&t=${token}`, 'only join links'],
  [`claw-mesh://join/../run?u=${u}&t=${token}`, 'only join links'],
  [`claw-mesh://user@join?u=${u}&t=${token}`, 'only join links'],
  [`claw-mesh://join?u=${u}&t=${token}#x`, 'only join links'],
  [`claw-mesh://join?u=${u}&t=${token}&cmd=%3Cb%3E`, 'something unknown: cmd'],
  [`claw-mesh://join?u=${u}&t=${token}&__proto__=1`, 'something unknown: __proto__'],
  [`claw-mesh://join?u=${u}&u=${u}&t=${token}`, 'says u twice'],
  [`claw-mesh://join?t=${token}`, 'lacks its u'],
  [`claw-mesh://join?u=${u}`, 'lacks its t'],
  [`claw-mesh://join?u=${u}&t=short`, 'The t in this join link'],
  [`claw-mesh://join?u=${u}&t=${token}&fp=abc`, 'The fp in this join link'],
  [`claw-mesh://join?u=javascript:alert(1)&t=${token}`, 'The u in this join link'],
  [`claw-mesh://join?u=${encodeURIComponent('http://evil.example')}&t=${token}`, 'The u in this join link'],
  [`claw-mesh://join?u=${'x'.repeat(3_000)}`, 'too long'],
])('refuses %s with a reason', (link, reason) => {
  expect(() => readJoinLink(link, t)).toThrow(
    expect.objectContaining({ code: 'invalid_input', message: expect.stringContaining(reason) }),
  )
})

it('finds the link among the arguments of a start', () => {
  expect(linkIn(['app', '--hidden', 'CLAW-MESH://join?x'])).toBe('CLAW-MESH://join?x')
  expect(linkIn(['app', '--hidden'])).toBeUndefined()
})
