/** The translator over both dictionaries. Texts are plain: whoever shows them as HTML escapes them there. */
import { createInstance, type i18n } from 'i18next'
import { en } from './en.ts'
import type { DottedKeys } from './same-keys.ts'
import { zhCN } from './zh-CN.ts'

export type Language = 'en' | 'zh-CN'
export type Dictionary = typeof en
/** `cli:send.cancelling` */
export type TextKey = { [N in keyof Dictionary]: `${N}:${DottedKeys<Dictionary[N]>}` }[keyof Dictionary]
export type Translate = (key: TextKey, values?: Readonly<Record<string, string | number>>) => string

/** Ready when it returns: the dictionaries are in memory. */
export function createI18n(language: Language): i18n {
  const instance = createInstance()
  void instance.init({
    lng: language,
    fallbackLng: 'en',
    resources: { en, 'zh-CN': zhCN },
    defaultNS: 'common',
    initAsync: false,
    interpolation: { escapeValue: false },
    returnNull: false,
  })
  return instance
}

/** `t`, for keys that exist. */
export const translator =
  (instance: i18n): Translate =>
  (key, values) =>
    instance.t(key, { ...values })
