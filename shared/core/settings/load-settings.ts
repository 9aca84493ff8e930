/** Reads the settings file for a process that only looks: nothing is written, moved or watched. */
import { MeshError } from '../../contract/error.ts'
import { defaultSettings, type Settings } from '../../contract/settings.ts'
import { readIfThere } from '../platform/files.ts'
import { files, type Home } from '../platform/home.ts'
import { readSettings, type SettingsWarning } from './settings-document.ts'

export interface LoadedSettings {
  readonly settings: Settings
  readonly warnings: readonly SettingsWarning[]
}

/** Never fails: what cannot be read is a warning, and the defaults hold. */
export async function loadSettings(home: Home): Promise<LoadedSettings> {
  const file = files(home).settings
  const defaults = structuredClone(defaultSettings)
  try {
    const text = await readIfThere(file)
    return text === undefined ? { settings: defaults, warnings: [] } : readSettings(text)
  } catch (error) {
    const line = error instanceof MeshError ? Number(error.details?.['line'] ?? 1) : 1
    const text = error instanceof MeshError ? error.message : 'The settings file cannot be read by this user.'
    return { settings: defaults, warnings: [{ line, key: '', text: `${text} All defaults hold.` }] }
  }
}
