/** What the app shows while it has no mesh to show: host one here or join one, and the gateway this computer brings. */
import { useEffect } from 'react'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { useDesktop } from '../../stores/stores-context.tsx'
import { Card } from '../../ui/Card.tsx'
import { Problem } from '../../ui/Problem.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'
import { useTexts } from '../../ui/use-texts.ts'
import { CallProblem } from './CallProblem.tsx'
import { GatewayCard } from './GatewayCard.tsx'
import { HostSwitch } from './HostSwitch.tsx'
import { JoinForm } from './JoinForm.tsx'

export const Guide = () => {
  const { t } = useTexts<WebTextKey>()
  const state = useDesktop(({ state: read }) => read)
  const findGateway = useDesktop((all) => all.findGateway)
  const read = state !== undefined
  useEffect(() => {
    if (read) void findGateway()
  }, [read, findGateway])
  const remote = state?.join.mode === 'remote' ? state.join.coordinator_url : undefined
  return (
    <div className="max-w-2xl">
      <h1 className="text-xl font-semibold">{t('web:guide.title')}</h1>
      <p className="mt-1 mb-4 text-muted">{t('web:guide.text')}</p>
      {!state && (
        <>
          <CallProblem calls={['desktop.state']} />
          <Skeleton label={t('web:desktop.loading')} rows={3} />
        </>
      )}
      {state && (
        <div className="space-y-4">
          {remote !== undefined && (
            <Problem tone="warn" alert={false} title={t('web:guide.no_view')} text={t('web:guide.no_view_text')} />
          )}
          {remote === undefined && (
            <Card title={t('web:guide.host')} text={t('web:guide.host_text')}>
              <HostSwitch />
            </Card>
          )}
          <Card title={t('web:guide.join')} text={t('web:guide.join_text')}>
            <JoinForm key={remote} url={remote} />
          </Card>
          <GatewayCard />
        </div>
      )}
    </div>
  )
}
