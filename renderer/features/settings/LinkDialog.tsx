/** A join link was opened outside: says what it is. Opening one never joins by itself. */
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { navigate } from '../../stores/route.ts'
import { useDesktop } from '../../stores/stores-context.tsx'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { useTexts } from '../../ui/use-texts.ts'
import { ErrorProblem } from './CallProblem.tsx'

export const LinkDialog = () => {
  const { t } = useTexts<WebTextKey>()
  const opened = useDesktop((state) => state.link)
  const close = useDesktop((state) => state.closeLink)
  if (!opened) return null
  const { link, problem } = opened
  return (
    <Dialog open onOpenChange={close} title={t('web:link.title')} text={t('web:link.text')}>
      <div className="mt-4 space-y-3 text-sm">
        {link && (
          <dl className="space-y-2">
            <div>
              <dt className="text-muted">{t('web:settings.coordinator')}</dt>
              <dd className="font-mono wrap-anywhere">{link.coordinator_url}</dd>
            </div>
            {link.fp !== undefined && (
              <div>
                <dt className="text-muted">{t('web:link.fingerprint')}</dt>
                <dd className="font-mono wrap-anywhere">{link.fp}</dd>
              </div>
            )}
          </dl>
        )}
        {problem && <ErrorProblem error={problem} />}
        <div className="flex justify-end gap-2">
          <Button onClick={close}>{t('web:app.close')}</Button>
          {link && (
            <Button
              look="primary"
              onClick={() => {
                close()
                navigate({ page: 'settings' })
              }}
            >
              {t('web:link.settings')}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  )
}
