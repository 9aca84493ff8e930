import { describe, expect, it } from 'vitest'
import { createI18n, translator } from './create-i18n.ts'
import { pickLanguage } from './pick-language.ts'

describe('the translator', () => {
  it('fills values in as they are: nothing here is HTML', () => {
    const t = translator(createI18n('en'))
    expect(t('common:reason.lacks', { need: 'skill:<b>' })).toBe('lacks skill:<b>')
  })

  it('does not read a value as a text of its own', () => {
    const t = translator(createI18n('en'))
    expect(t('common:reason.lacks', { need: '$t(common:state.failed) {{need}}' })).toBe(
      'lacks $t(common:state.failed) {{need}}',
    )
  })

  it('speaks Chinese, and changes language at any time', async () => {
    const instance = createI18n('zh-CN')
    const t = translator(instance)
    expect(t('common:state.succeeded')).toBe('成功')
    await instance.changeLanguage('en')
    expect(t('common:state.succeeded')).toBe('succeeded')
  })
})

describe('picking a language', () => {
  it.each([
    ['zh-CN', {}, 'en', 'zh-CN'],
    ['en', { LANG: 'zh_CN.UTF-8' }, 'en', 'en'],
    ['system', { LANG: 'zh_CN.UTF-8' }, 'en', 'zh-CN'],
    ['system', { LC_ALL: 'C', LANG: 'zh_CN.UTF-8' }, 'zh-CN', 'en'],
    ['system', { LC_ALL: '', LANG: 'zh_TW' }, 'en', 'zh-CN'],
    ['system', { LC_MESSAGES: 'zh_CN', LANG: 'en_US' }, 'en', 'zh-CN'],
    ['system', { LANG: 'de_DE.UTF-8' }, 'zh-CN', 'en'],
    ['system', {}, 'zh-Hans-CN', 'zh-CN'],
    [undefined, {}, 'fr', 'en'],
    ['klingon', {}, 'en', 'en'],
  ])('setting %s, environment %j, runtime %s: %s', (setting, env, locale, language) => {
    expect(pickLanguage(setting, env, locale)).toBe(language)
  })
})
