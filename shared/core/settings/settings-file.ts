/**
 * The settings file. Readers take `loadSettings`; the one process that runs the coordinator or the app
 * opens it with `openSettings` and is the only one that changes it.
 */
import { renameSync } from 'node:fs'
import Conf, { type Options } from 'conf'
import path from 'node:path'
import type { Document } from 'yaml'
import { MeshError } from '../../contract/error.ts'
import { defaultSettings, type Settings } from '../../contract/settings.ts'
import type { Clock } from '../platform/clock.ts'
import { files, type Home } from '../platform/home.ts'
import { patchSettings, readSettings, type SettingsWarning } from './settings-document.ts'
import { settingsTemplate } from './settings-template.ts'

export interface SettingsFile {
  readonly path: string
  /** As the file says now. */
  read(): Settings
  /** What was wrong in the file when it was last read. */
  warnings(): readonly SettingsWarning[]
  /** Where the file was moved, when it was not YAML at all. */
  setAside(): string | undefined
  /** Changes the file; comments and lines that did not change stay. */
  write(settings: Settings): void
}

/** What keeps the text: conf here, electron-store, which is made of it, in the app. */
export interface SettingsStore {
  store: Settings
  readonly path: string
}
export type OpenStore = (options: Options<Settings>) => SettingsStore

export interface SettingsDeps {
  readonly home: Home
  readonly clock: Clock
  readonly openStore?: OpenStore | undefined
}

export function openSettings(deps: SettingsDeps): SettingsFile {
  const file = files(deps.home).settings
  let document: Document | undefined
  let warnings: readonly SettingsWarning[] = []
  let movedTo: string | undefined

  const deserialize = (text: string): Settings => {
    try {
      const read = readSettings(text)
      document = read.document
      warnings = read.warnings
      return read.settings
    } catch (error) {
      if (!(error instanceof MeshError)) throw error
      movedTo = setAside(file, deps.clock)
      warnings = [{ line: Number(error.details?.['line'] ?? 1), key: '', text: error.message }]
      document = readSettings(settingsTemplate).document
      return structuredClone(defaultSettings)
    }
  }
  const openStore: OpenStore = deps.openStore ?? ((options) => new Conf<Settings>(options))
  const conf = openStore({
    cwd: deps.home.config,
    configName: path.basename(file, '.yaml'),
    fileExtension: 'yaml',
    configFileMode: 0o600,
    deserialize,
    serialize: (settings) => patchSettings(document ?? readSettings(settingsTemplate).document, settings),
  })
  // conf answers an empty object for a file that is not there.
  const read = (): Settings => ({ ...structuredClone(defaultSettings), ...conf.store })
  return {
    path: conf.path,
    read,
    warnings: () => warnings,
    setAside: () => movedTo,
    write: (settings) => {
      read()
      conf.store = settings
    },
  }
}

function setAside(file: string, clock: Clock): string {
  const stamp = new Date(clock.now()).toISOString().replaceAll(/[:.]/g, '-')
  const beside = `${file}.bad-${stamp}`
  renameSync(file, beside)
  return beside
}
