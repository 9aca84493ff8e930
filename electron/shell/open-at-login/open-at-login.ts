/** Start at login, hidden: the system's own list on macOS and Windows, an autostart file on Linux. */
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { App } from 'electron'
import { writePrivateFile } from '../../../shared/core/platform/files.ts'
import { autostartEntry } from './autostart-file.ts'

export interface OpenAtLogin {
  isOn(): boolean
  set(on: boolean): Promise<void>
}

export const hiddenSwitch = '--hidden'

export interface OpenAtLoginDeps {
  readonly platform: NodeJS.Platform
  readonly app: Pick<App, 'getLoginItemSettings' | 'setLoginItemSettings'>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly userHome: string
  /** The program, and the app's folder where it is not part of the program. */
  readonly command: readonly string[]
}

export function openAtLogin({ platform, app, env, userHome, command }: OpenAtLoginDeps): OpenAtLogin {
  if (platform === 'darwin' || platform === 'win32') {
    const args = [...command.slice(1), hiddenSwitch]
    return {
      isOn: () => app.getLoginItemSettings({ args }).openAtLogin,
      set: async (openAtLogin) => app.setLoginItemSettings({ openAtLogin, args }),
    }
  }
  const file = path.join(env['XDG_CONFIG_HOME'] || path.join(userHome, '.config'), 'autostart', 'claw-mesh.desktop')
  // An AppImage is mounted elsewhere at every start; this names the file itself.
  const [program = '', ...rest] = env['APPIMAGE'] ? [env['APPIMAGE']] : command
  return {
    isOn: () => existsSync(file),
    set: (on) =>
      on ? writePrivateFile(file, autostartEntry([program, ...rest, hiddenSwitch])) : rm(file, { force: true }),
  }
}
