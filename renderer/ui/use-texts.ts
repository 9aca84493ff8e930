/** The words of the page in the language of the moment. `Key` names the texts a caller may ask for. */
import { useTranslation } from 'react-i18next'

export interface Texts<Key extends string> {
  readonly t: (key: Key, values?: Readonly<Record<string, string | number>>) => string
  /** BCP 47, for dates and numbers. */
  readonly language: string
}

export function useTexts<Key extends string>(): Texts<Key> {
  const { t, i18n } = useTranslation()
  return { t: (key, values) => t(key, { ...values }), language: i18n.language }
}
