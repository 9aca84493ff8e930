/** Coordinator on this computer: on or off, where it listens, what keeps it from running. */
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { useDesktop } from '../../stores/stores-context.tsx'
import { Switch } from '../../ui/Switch.tsx'
import { useTexts } from '../../ui/use-texts.ts'
import { CallProblem, ErrorProblem } from './CallProblem.tsx'

export const HostSwitch = () => {
  const { t } = useTexts<WebTextKey>()
  const host = useDesktop(({ state }) => state?.host)
  const busy = useDesktop((state) => state.busy)
  const setHost = useDesktop((state) => state.setHost)
  if (!host) return null
  const hint =
    busy === 'desktop.host'
      ? t(host.on ? 'web:desktop.host_stopping' : 'web:desktop.host_starting')
      : host.url === undefined
        ? t('web:desktop.host_hint')
        : t('web:desktop.host_at', { url: host.url })
  return (
    <>
      <Switch
        label={t('web:desktop.host')}
        hint={hint}
        checked={host.on}
        disabled={busy !== undefined}
        onChange={(on) => void setHost(on)}
      />
      <CallProblem calls={['desktop.host']} />
      {host.problem && <ErrorProblem error={host.problem} alert={false} />}
    </>
  )
}
