/** What this computer is in the mesh: host, node, or both. Read from the app and changed through it. */
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { useDesktop } from '../../stores/stores-context.tsx'
import { Card } from '../../ui/Card.tsx'
import { Problem } from '../../ui/Problem.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'
import { Switch } from '../../ui/Switch.tsx'
import { useTexts } from '../../ui/use-texts.ts'
import { CallProblem } from './CallProblem.tsx'
import { GatewayCard } from './GatewayCard.tsx'
import { HostSwitch } from './HostSwitch.tsx'
import { JoinCard } from './JoinCard.tsx'
import { MachineForm } from './MachineForm.tsx'

export const DesktopSettings = () => {
  const { t } = useTexts<WebTextKey>()
  const state = useDesktop(({ state: read }) => read)
  const settings = useDesktop((all) => all.settings)
  const busy = useDesktop((all) => all.busy !== undefined)
  const setStartAtLogin = useDesktop((all) => all.setStartAtLogin)
  if (!state) {
    return (
      <>
        <CallProblem calls={['desktop.state', 'settings.get']} />
        <Skeleton label={t('web:desktop.loading')} rows={3} />
      </>
    )
  }
  return (
    <>
      {state.settings_warnings.length > 0 && (
        <Problem tone="warn" alert={false} title={t('web:desktop.warnings')}>
          <ul className="list-disc ps-4">
            {state.settings_warnings.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </Problem>
      )}
      <Card title={t('web:desktop.host_title')}>
        <HostSwitch />
      </Card>
      <JoinCard />
      <GatewayCard />
      <Card title={t('web:desktop.machine')} text={t('web:desktop.machine_text')}>
        {settings && (
          <MachineForm key={`${settings.node.name}\n${settings.node.tags.join('\n')}`} node={settings.node} />
        )}
        <CallProblem calls={['settings.get', 'settings.update']} />
        <Switch
          label={t('web:desktop.start_at_login')}
          hint={t('web:desktop.start_at_login_hint')}
          checked={state.start_at_login}
          disabled={busy}
          onChange={(on) => void setStartAtLogin(on)}
        />
        <CallProblem calls={['desktop.start_at_login']} />
      </Card>
    </>
  )
}
