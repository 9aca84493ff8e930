/** The gateway on this computer: found, or what is missing and how to mend it. */
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { useDesktop } from '../../stores/stores-context.tsx'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { CheckIcon } from '../../ui/icons.tsx'
import { useTexts } from '../../ui/use-texts.ts'
import { CallProblem, ErrorProblem } from './CallProblem.tsx'

export const GatewayCard = () => {
  const { t } = useTexts<WebTextKey>()
  const used = useDesktop(({ state }) => state?.join.gateway)
  const found = useDesktop((state) => state.found)
  const busy = useDesktop((state) => state.busy)
  const findGateway = useDesktop((state) => state.findGateway)
  const gateway = used ?? found?.gateway
  const problem = gateway ? gateway.problem : found?.problem
  return (
    <Card title={t('web:desktop.gateway')} text={t('web:desktop.gateway_text')}>
      {gateway && !problem && (
        <p className="flex items-center gap-2 text-sm">
          <CheckIcon className="size-4 text-good" />
          {t('web:desktop.gateway_found', {
            name: t(`web:adapter.${gateway.adapter}`),
            version: gateway.adapter === 'demo' ? '' : (gateway.version ?? ''),
          })}
        </p>
      )}
      {problem && <ErrorProblem error={problem} alert={false} />}
      {!gateway && !problem && <p className="text-sm text-muted">{t('web:desktop.gateway_unknown')}</p>}
      <CallProblem calls={['desktop.find_gateway']} />
      <Button busy={busy === 'desktop.find_gateway'} disabled={busy !== undefined} onClick={() => void findGateway()}>
        {t(busy === 'desktop.find_gateway' ? 'web:desktop.looking' : 'web:desktop.look_again')}
      </Button>
    </Card>
  )
}
