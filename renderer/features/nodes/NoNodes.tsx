/** A mesh without nodes: the command that makes a machine one. */
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { useDesktop } from '../../stores/stores-context.tsx'
import { Command } from '../../ui/Command.tsx'
import { Empty } from '../../ui/Empty.tsx'
import { Words } from '../../ui/Words.tsx'
import { useTexts } from '../../ui/use-texts.ts'

export const NoNodes = () => {
  const { t } = useTexts<WebTextKey>()
  const inApp = useDesktop((state) => state.state?.window?.coordinator_url)
  const words = { copy: t('web:app.copy'), copied: t('web:app.copied') }
  const url = inApp ?? location.origin
  return (
    <Empty title={t('web:nodes.none')}>
      <div className="mx-auto mt-2 max-w-md space-y-2">
        <p>{t('web:nodes.none_hint')}</p>
        <Command text={`claw-mesh join ${url}`} {...words} />
        <p>
          <Words text={t('web:nodes.none_token')} />
        </p>
        <Command text={`claw-mesh join ${url} --token ${t('web:nodes.join_token')}`} {...words} />
      </div>
    </Empty>
  )
}
