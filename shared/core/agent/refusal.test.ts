import { expect, it } from 'vitest'
import type { GatewayState } from '../../contract/node.ts'
import { refusal, type Standing } from './refusal.ts'

const standing = (overrides: Partial<Standing> = {}): Standing => ({
  paused: false,
  full: false,
  journal: undefined,
  gateway: { adapter: 'demo', state: 'ok' },
  ...overrides,
})
const withGateway = (state: GatewayState) => refusal(standing({ gateway: { adapter: 'demo', state } }))?.code

it('takes an offer when all is well', () => {
  expect(refusal(standing())).toBeUndefined()
})

it('names what stands in the way', () => {
  expect(refusal(standing({ paused: true }))?.message).toMatch(/paused/)
  expect(refusal(standing({ full: true }))?.code).toBe('queue_full')
  expect(withGateway('down')).toBe('gateway_down')
  expect(withGateway('warming')).toBe('gateway_down')
  expect(withGateway('draining')).toBe('gateway_draining')
  expect(withGateway('token_refused')).toBe('gateway_token_refused')
})

it('leaves it to the coordinator whether a failing provider is tried again', () => {
  expect(withGateway('provider_failing')).toBeUndefined()
  expect(withGateway('rate_limited')).toBeUndefined()
})

it('passes on what the gateway’s adapter says about it', () => {
  const problem = { code: 'gateway_down' as const, message: 'Nothing listens on port 18789.', hint: 'Start OpenClaw.' }
  expect(refusal(standing({ gateway: { adapter: 'openclaw-rpc', state: 'down', problem } }))).toBe(problem)
})

it('takes nothing while what begins could not be written down', () => {
  const journal = { code: 'disk_full', message: 'The disk is full.' } as const
  expect(refusal(standing({ journal }))).toBe(journal)
})
