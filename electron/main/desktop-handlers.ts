/** What the window asks of the app, as functions over its services. */
import type { DesktopState, JoinLink } from '../../shared/contract/desktop.ts'
import { check } from '../../shared/contract/check.ts'
import { Settings } from '../../shared/contract/settings.ts'
import type { SettingsFile } from '../../shared/core/settings/settings-file.ts'
import type { DesktopHandlers } from '../ipc/handlers/desktop.ts'
import type { OpenAtLogin } from '../shell/open-at-login/open-at-login.ts'
import type { MachineServices } from './machine-services.ts'

export interface DesktopHandlersDeps {
  readonly services: Pick<MachineServices, 'state' | 'setHost' | 'setJoin' | 'setPaused' | 'findGateway' | 'refresh'>
  readonly settings: Pick<SettingsFile, 'read' | 'write'>
  readonly login: Pick<OpenAtLogin, 'set'>
  /** The link nobody has dealt with yet; asking takes it. */
  readonly takeLink: () => JoinLink | null
  readonly settingsChanged: () => void
}

export function desktopHandlers(deps: DesktopHandlersDeps): DesktopHandlers {
  const { services, settings, login } = deps
  return {
    'desktop.state': async () => services.state,
    'desktop.host': ({ on }) => services.setHost(on),
    'desktop.join': (input) => services.setJoin(input),
    'desktop.pause': (input) => services.setPaused(input),
    'desktop.start_at_login': ({ on }) => setStartAtLogin(services, login, on),
    'desktop.find_gateway': () => services.findGateway(),
    'settings.get': async () => settings.read(),
    'settings.update': async (part) => {
      const wanted = check(Settings, { ...settings.read(), ...part }, { what: 'settings' })
      settings.write(wanted)
      deps.settingsChanged()
      return settings.read()
    },
    'desktop.join_link': async () => deps.takeLink(),
  }
}

export async function setStartAtLogin(
  services: Pick<MachineServices, 'state' | 'refresh'>,
  login: Pick<OpenAtLogin, 'set'>,
  on: boolean,
): Promise<DesktopState> {
  await login.set(on)
  services.refresh()
  return services.state
}
