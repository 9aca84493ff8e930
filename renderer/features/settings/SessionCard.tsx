/** What this page may do at the coordinator, and the way out. The app holds its own token: nobody signs out of it. */
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { useDesktop, useSession } from '../../stores/stores-context.tsx'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { useTexts } from '../../ui/use-texts.ts'

export const SessionCard = () => {
  const { t } = useTexts<WebTextKey>()
  const scope = useSession((state) => state.scope)
  const sender = useSession((state) => state.sender)
  const version = useSession((state) => state.version)
  const logout = useSession((state) => state.logout)
  const inApp = useDesktop((state) => state.present)
  const url = useDesktop((state) => state.state?.window?.coordinator_url)
  const facts = [
    [t('web:settings.coordinator'), inApp ? (url ?? t('web:settings.no_coordinator')) : location.host],
    [t('web:settings.version'), version],
    [t('web:settings.scope'), scope && `${t(`web:scope.${scope}`)}: ${t(`web:scope_text.${scope}`)}`],
    [t('web:detail.sender'), sender],
  ] as const
  return (
    <Card title={t('web:settings.session')}>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
        {facts.map(
          ([name, value]) =>
            value !== undefined && (
              <div key={name} className="contents">
                <dt className="text-muted">{name}</dt>
                <dd className="wrap-anywhere">{value}</dd>
              </div>
            ),
        )}
      </dl>
      {!inApp && <Button onClick={() => void logout()}>{t('web:session.sign_out')}</Button>}
    </Card>
  )
}
