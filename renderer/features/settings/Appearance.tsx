/** Theme and language, changed at once. In the app the language is the tray's too. */
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import type { Language } from '../../stores/preferences.ts'
import { useDesktop, usePreferences } from '../../stores/stores-context.tsx'
import { Card } from '../../ui/Card.tsx'
import { Segments } from '../../ui/Segments.tsx'
import { useTexts } from '../../ui/use-texts.ts'

export const Appearance = () => {
  const { t } = useTexts<WebTextKey>()
  const theme = usePreferences((state) => state.theme)
  const language = usePreferences((state) => state.language)
  const setTheme = usePreferences((state) => state.setTheme)
  const setLanguage = usePreferences((state) => state.setLanguage)
  const updateSettings = useDesktop((state) => state.updateSettings)
  const speak = (next: Language): void => {
    setLanguage(next)
    void updateSettings({ language: next })
  }
  return (
    <Card title={t('web:settings.appearance')}>
      <Segments
        label={t('web:preferences.theme')}
        value={theme}
        onChange={setTheme}
        options={[
          { value: 'system', label: t('web:preferences.system') },
          { value: 'light', label: t('web:preferences.light') },
          { value: 'dark', label: t('web:preferences.dark') },
        ]}
      />
      <Segments
        label={t('web:preferences.language')}
        value={language}
        onChange={speak}
        options={[
          { value: 'en', label: 'English', lang: 'en' },
          { value: 'zh-CN', label: '简体中文', lang: 'zh-CN' },
        ]}
      />
    </Card>
  )
}
