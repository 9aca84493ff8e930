/** The settings file as the app holds it: electron-store over the same YAML file that the command reads. */
import ElectronStore from 'electron-store'
import type { Settings } from '../../shared/contract/settings.ts'
import type { Clock } from '../../shared/core/platform/clock.ts'
import type { Home } from '../../shared/core/platform/home.ts'
import { openSettings, type SettingsFile } from '../../shared/core/settings/settings-file.ts'

export const openDesktopSettings = (deps: { readonly home: Home; readonly clock: Clock }): SettingsFile =>
  openSettings({
    ...deps,
    // electron-store calls the file's name `name`.
    openStore: ({ configName = 'settings', ...options }) =>
      new ElectronStore<Settings>({ ...options, name: configName }),
  })
