import { expect, it } from 'vitest'
import { defaultSettings } from '../contract/settings.ts'
import { gatewaySettings } from './local-gateway.ts'

const { gateway } = defaultSettings

it('takes the settings when nothing else is said', () => {
  expect(gatewaySettings(gateway, {})).toEqual(gateway)
})

it('lets options win one by one', () => {
  const options = { gateway: 'openai', gatewayUrl: 'http://127.0.0.1:11434/v1', gatewayModel: 'qwen3' }
  expect(gatewaySettings({ ...gateway, slots: 2 }, options)).toEqual({
    ...gateway,
    adapter: 'openai',
    url: 'http://127.0.0.1:11434/v1',
    model: 'qwen3',
    slots: 2,
  })
})

it.each([
  ['http://127.0.0.1:11434/v1', 'openai'],
  ['ws://127.0.0.1:18789', 'openclaw-rpc'],
])('knows by its address that %s is %s', (gatewayUrl, adapter) => {
  expect(gatewaySettings(gateway, { gatewayUrl }).adapter).toBe(adapter)
})

it('never takes the demo unless it is asked for', () => {
  expect(gatewaySettings(gateway, {}).adapter).toBe('auto')
  expect(gatewaySettings(gateway, { gateway: 'demo' }).adapter).toBe('demo')
})

it('names the option that is wrong', () => {
  expect(() => gatewaySettings(gateway, { gateway: 'skynet' })).toThrow(
    expect.objectContaining({ code: 'invalid_input' }),
  )
})
