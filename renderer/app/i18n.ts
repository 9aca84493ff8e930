/** The window's translator. Ready when made: both dictionaries are part of the bundle. */
import { createInstance, type i18n } from 'i18next'
import { initReactI18next } from 'react-i18next'
import { enCommon } from '../../shared/i18n/en-common.ts'
import { enWeb } from '../../shared/i18n/en-web.ts'
import { zhCommon } from '../../shared/i18n/zh-common.ts'
import { zhWeb } from '../../shared/i18n/zh-web.ts'

export function createWebI18n(language: string): i18n {
  const instance = createInstance()
  void instance.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    resources: { en: { common: enCommon, web: enWeb }, 'zh-CN': { common: zhCommon, web: zhWeb } },
    ns: ['web', 'common'],
    defaultNS: 'web',
    initAsync: false,
    returnNull: false,
    // React escapes what it shows.
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  })
  return instance
}
