import { expect, it } from 'vitest'
import { headlessBecause } from './start-choice.ts'

it.each([
  ['linux', {}, [], 'no_display'],
  ['linux', { DISPLAY: '' }, [], 'no_display'],
  ['linux', { DISPLAY: ':0' }, [], undefined],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, [], undefined],
  ['linux', { DISPLAY: ':0' }, ['--port', '9200'], 'options'],
  ['darwin', {}, [], undefined],
  ['darwin', { SSH_CONNECTION: '1 2 3 4' }, [], 'no_display'],
  ['win32', {}, [], undefined],
] as const)('on %s with %j and %j goes by %s', (platform, env, args, reason) => {
  expect(headlessBecause({ platform, env, args })).toBe(reason)
})
