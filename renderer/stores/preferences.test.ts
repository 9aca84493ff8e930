import { expect, it } from 'vitest'
import { memoryVault } from '../testing/fake-mesh.ts'
import { createPreferencesStore } from './preferences.ts'

it.each([
  [['zh-Hans-CN', 'en'], 'zh-CN'],
  [['fr', 'en-GB'], 'en'],
  [['fr'], 'en'],
])('speaks, to a browser that prefers %j, %s', (preferred, language) => {
  const store = createPreferencesStore({ theme: memoryVault(), language: memoryVault(), preferred })
  expect(store.getState().language).toBe(language)
})

it('keeps what was chosen, and follows the system again when told', () => {
  const deps = { theme: memoryVault(), language: memoryVault(), preferred: ['en'] }
  const store = createPreferencesStore(deps)
  store.getState().setTheme('dark')
  store.getState().setLanguage('zh-CN')
  expect(createPreferencesStore(deps).getState()).toMatchObject({ theme: 'dark', language: 'zh-CN' })
  store.getState().setTheme('system')
  expect(deps.theme.read()).toBeUndefined()
})

it('ignores what it does not know', () => {
  const store = createPreferencesStore({ theme: memoryVault('<b>'), language: memoryVault('xx'), preferred: [] })
  expect(store.getState()).toMatchObject({ theme: 'system', language: 'en' })
})
