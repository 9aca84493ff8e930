/** What every command is given: where to write, what the user asked for globally, and this machine's places. */
import type { Command } from 'commander'
import type { SettingsWarning } from '../core/settings/settings-document.ts'
import type { Settings } from '../contract/settings.ts'
import type { Clock } from '../core/platform/clock.ts'
import type { Home } from '../core/platform/home.ts'
import type { Language, Translate } from '../i18n/create-i18n.ts'
import type { Sink } from './output/sink.ts'
import type { Signals } from './signals.ts'
import { cleanJson } from './output/clean.ts'

export interface GlobalOptions {
  readonly json?: boolean
  readonly coordinator?: string
  readonly token?: string
  readonly lang?: string
  readonly verbose?: boolean
}

export type Input = AsyncIterable<string | Uint8Array> & { readonly isTTY?: boolean }

export interface CliContext {
  readonly out: Sink
  readonly err: Sink
  readonly stdin: Input
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: Home
  readonly clock: Clock
  readonly signals: Signals
  readonly settings: Settings
  readonly settingsWarnings: readonly SettingsWarning[]
  readonly t: Translate
  readonly language: Language
  readonly json: boolean
  readonly verbose: boolean
  /** As given with --coordinator. */
  readonly coordinator: string | undefined
  /** From --token, else CLAW_MESH_TOKEN. */
  readonly token: string | undefined
  /** From --token only: what a coordinator is started with is not taken from a variable meant for clients. */
  readonly tokenFlag: string | undefined
  /** The exit code when nothing is thrown; 0 unless a command sets it. */
  setExitCode(code: number): void
}

/** Gives the chosen command its arguments, options and action. */
export type Configure = (command: Command, context: CliContext) => void

export const printJson = (context: Pick<CliContext, 'out'>, value: unknown): void => context.out.line(cleanJson(value))
