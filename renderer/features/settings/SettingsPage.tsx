/** How the page looks and speaks, who is here, and in the app: what this computer is in the mesh. */
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { useDesktop } from '../../stores/stores-context.tsx'
import { useTexts } from '../../ui/use-texts.ts'
import { Appearance } from './Appearance.tsx'
import { DesktopSettings } from './DesktopSettings.tsx'
import { SessionCard } from './SessionCard.tsx'

export const SettingsPage = () => {
  const { t } = useTexts<WebTextKey>()
  const present = useDesktop((state) => state.present)
  return (
    <div className="max-w-2xl">
      <h1 className="mb-4 text-xl font-semibold">{t('web:settings.title')}</h1>
      <div className="space-y-4">
        {present && <DesktopSettings />}
        <Appearance />
        <SessionCard />
      </div>
    </div>
  )
}
