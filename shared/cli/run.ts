/** Runs one command line and answers its exit code; everything it touches is handed in. */
import { CommanderError } from 'commander'
import { exitCode } from '../contract/error-tables.ts'
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
import { fromCommander, UsageError } from './usage-error.ts'

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
    const known = error instanceof CommanderError ? fromCommander(error) : error
    const worded = known instanceof UsageError && !json ? known.in(t) : known
    const told = reportError(worded, { out, err, json, t, language, verbose })
    return exitCode[told.code]
  }
}

/** `claw-mesh help send` is `claw-mesh send --help`, whatever global options stand before it. */
function asHelpFlag(args: readonly string[]): string[] {
  const at = firstWord(args)
  return args[at] === 'help' ? [...args.slice(0, at), ...args.slice(at + 1), '--help'] : [...args]
}

/** Where the command's name stands: after global options, and the values of those that take one. */
function firstWord(args: readonly string[]): number {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ''
    if (!arg.startsWith('-')) return at
    if (['--coordinator', '--token', '--lang'].includes(arg)) at++
  }
  return -1
}

const isHelp = (error: CommanderError): boolean =>
  ['commander.help', 'commander.helpDisplayed', 'commander.version'].includes(error.code)

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
