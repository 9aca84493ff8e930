import { expect, it } from 'vitest'
import { hasTray } from './has-tray.ts'

const says = (answer: string) => () => Promise.resolve(answer)
const silent = () => Promise.reject<string>(new Error('no bus'))

it.each([
  ['linux', says('(true,)\n'), true],
  ['linux', says('(false,)\n'), false],
  ['linux', silent, true],
  ['darwin', silent, true],
] as const)('on %s goes by what the session bus says', async (platform, ask, seen) => {
  expect(await hasTray(platform, ask)).toBe(seen)
})
