/** Runs one command line and answers its exit code; everything it touches is handed in. */
import { CommanderError } from 'commander'
import { exitCode } from '../contract/error-tables.ts'
import { MeshError } from '../contract/error.ts'
import { systemClock } from '../core/platform/clock.ts'
import { findHome } from '../core/platform/home.ts'
import { loadSettings } from '../core/settings/load-settings.ts'
import { createI18n, translator } from '../i18n/create-i18n.ts'
import { pickLanguage } from '../i18n/pick-language.ts'
import type { CliContext, GlobalOptions, Input } from './context.ts'
import { reportError } from './output/report-error.ts'
import type { Sink } from './output/sink.ts'
import { version } from './package-info.ts'
import { buildProgram } from './program.ts'
import type { Signals } from './signals.ts'

export interface RunDeps {
  readonly out: Sink
  readonly err: Sink
  readonly stdin: Input
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signals: Signals
}

export async function run(args: readonly string[], deps: RunDeps): Promise<number> {
  const { out, err, env } = deps
  const home = findHome(env)
  const { settings, warnings } = await loadSettings(home)
  // Help is written before options are parsed, and errors may be about the options themselves.
  const language = pickLanguage(optionValue(args, '--lang') ?? settings.language, env, systemLocale())
  const t = translator(createI18n(language))
  const json = hasFlag(args, '--json')
  const verbose = hasFlag(args, '--verbose')
  let code = 0
  const context = (options: GlobalOptions): CliContext => ({
    ...deps,
    home,
    clock: systemClock,
    settings,
    settingsWarnings: warnings,
    t,
    language,
    json,
    verbose,
    coordinator: options.coordinator,
    tokenFlag: options.token,
    token: options.token ?? (env['CLAW_MESH_TOKEN'] || undefined),
    setExitCode: (next) => {
      code = next
    },
  })
  try {
    const program = buildProgram({ out, err, t, version, context })
    await program.parseAsync(asHelpFlag(args), { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError && isHelp(error)) return error.code === 'commander.help' ? 2 : 0
    const told = reportError(asMeshError(error), { out, err, json, t, language, verbose })
    return exitCode[told.code]
  }
}

/** `claw-mesh help send` is `claw-mesh send --help`. */
const asHelpFlag = (args: readonly string[]): string[] =>
  args[0] === 'help' ? [...args.slice(1), '--help'] : [...args]

const isHelp = (error: CommanderError): boolean =>
  ['commander.help', 'commander.helpDisplayed', 'commander.version'].includes(error.code)

function asMeshError(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error
  const [message = ''] = error.message.replace(/^error: /, '').split('\n')
  const guess = /\(Did you mean (.+?)\?\)/.exec(error.message)?.[1]
  return new MeshError('invalid_input', /[.!?]$/.test(message) ? message : `${message}.`, {
    hint: guess === undefined ? 'See `claw-mesh help`, or a command with --help.' : `Did you mean ${guess}?`,
  })
}

const beforeDashes = (args: readonly string[]): readonly string[] => {
  const end = args.indexOf('--')
  return end < 0 ? args : args.slice(0, end)
}
const hasFlag = (args: readonly string[], name: string): boolean => beforeDashes(args).includes(name)

function optionValue(args: readonly string[], name: string): string | undefined {
  const known = beforeDashes(args)
  const at = known.findIndex((arg) => arg === name || arg.startsWith(`${name}=`))
  if (at < 0) return undefined
  const inline = known[at]?.slice(name.length + 1)
  return inline === '' ? known[at + 1] : inline
}

const systemLocale = (): string => Intl.DateTimeFormat().resolvedOptions().locale
