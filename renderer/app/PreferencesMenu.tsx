/** Theme and language, in a small panel that Escape or a click elsewhere closes. */
import type { WebTextKey } from '../../shared/i18n/en-web.ts'
import { usePreferences } from '../stores/stores-context.tsx'
import { SlidersIcon } from '../ui/icons.tsx'
import { Segments } from '../ui/Segments.tsx'
import { useTexts } from '../ui/use-texts.ts'

export const PreferencesMenu = () => {
  const { t } = useTexts<WebTextKey>()
  const theme = usePreferences((state) => state.theme)
  const language = usePreferences((state) => state.language)
  const setTheme = usePreferences((state) => state.setTheme)
  const setLanguage = usePreferences((state) => state.setLanguage)
  return (
    <>
      <button
        type="button"
        popoverTarget="preferences"
        aria-label={t('web:preferences.title')}
        title={t('web:preferences.title')}
        className="inline-flex size-9 items-center justify-center rounded-lg hover:bg-sunken"
      >
        <SlidersIcon className="size-5" />
      </button>
      <div
        id="preferences"
        popover="auto"
        role="dialog"
        aria-label={t('web:preferences.title')}
        className="fixed inset-auto end-3 top-14 m-0 w-72 max-w-[calc(100vw-1.5rem)] space-y-4 rounded-xl border border-line bg-surface p-4 text-ink shadow-lg"
      >
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
          onChange={setLanguage}
          options={[
            { value: 'en', label: 'English', lang: 'en' },
            { value: 'zh-CN', label: '简体中文', lang: 'zh-CN' },
          ]}
        />
      </div>
    </>
  )
}
