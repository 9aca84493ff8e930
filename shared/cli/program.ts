/** The command line as commander sees it: global options, and each command configured when it is chosen. */
import { Command, Option } from 'commander'
import type { Translate } from '../i18n/create-i18n.ts'
import { type CommandName, commands } from './commands.ts'
import type { CliContext, GlobalOptions } from './context.ts'
import type { Sink } from './output/sink.ts'

export interface ProgramDeps {
  readonly out: Sink
  readonly err: Sink
  readonly t: Translate
  readonly version: string
  readonly context: (options: GlobalOptions) => CliContext
}

export function buildProgram({ out, err, t, version, context }: ProgramDeps): Command {
  const program = new Command('claw-mesh')
    .description(t('cli:about'))
    .exitOverride()
    .configureOutput({
      writeOut: (text) => out.write(text),
      writeErr: (text) => err.write(text),
      // Errors are told once, by whoever catches them.
      outputError: () => undefined,
      getOutHasColors: () => false,
    })
    .configureHelp({
      showGlobalOptions: true,
      styleTitle: (title) => out.paint('bold', helpTitle(title, t)),
    })
    .helpCommand(false)
    .helpOption('-h, --help', t('cli:option.help'))
    .version(version, '-V, --version', t('cli:option.version'))
    .option('--json', t('cli:option.json'))
    .option('--coordinator <url>', t('cli:option.coordinator'))
    .option('--token <token>', t('cli:option.token'))
    .addOption(new Option('--lang <language>', t('cli:option.lang')).choices(['en', 'zh-CN']))
    .option('--verbose', t('cli:option.verbose'))
  for (const name of Object.keys(commands) as CommandName[]) {
    program.command(name).description(t(`cli:summary.${name}`))
  }
  program.hook('preSubcommand', async (_, chosen) => {
    const configure = await commands[chosen.name() as CommandName]()
    configure(chosen, context(program.opts<GlobalOptions>()))
  })
  return program
}

function helpTitle(title: string, t: Translate): string {
  if (title === 'Usage:') return t('cli:help.usage')
  if (title === 'Options:') return t('cli:help.options')
  if (title === 'Global Options:') return t('cli:help.global')
  if (title === 'Commands:') return t('cli:help.commands')
  return title === 'Arguments:' ? t('cli:help.arguments') : title
}
