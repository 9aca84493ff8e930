/** `claw-mesh token create`: a token for a person or a program, shown this once. */
import { randomBytes } from 'node:crypto'
import { Option } from 'commander'
import type { CreateToken } from '../../contract/system.ts'
import { connect } from '../connect.ts'
import { type CliContext, type Configure, printJson } from '../context.ts'
import { cleanLine } from '../output/clean.ts'

interface Options {
  readonly scope: CreateToken['scope']
  readonly name?: string
}

const scopes = ['operator', 'viewer'] as const satisfies readonly CreateToken['scope'][]

export const token: Configure = (command, context) => {
  const { t } = context
  command.helpCommand(false)
  command
    .command('create')
    .description(t('cli:token.create'))
    .addOption(new Option('--scope <scope>', t('cli:token.scope')).choices(scopes).makeOptionMandatory())
    .option('--name <name>', t('cli:token.name'))
    .action((options: Options) => create(context, options))
}

/** The token alone goes to standard output, so that a script can keep it; what to know about it goes beside. */
async function create(context: CliContext, { scope, name }: Options): Promise<void> {
  const { out, err, t } = context
  const { client, url } = await connect(context)
  // Senders of one name share their conversations: without a name each token is a sender of its own.
  const made = await client.call('tokens.create', { scope, name: name ?? `${scope}-${randomBytes(3).toString('hex')}` })
  if (context.json) {
    printJson(context, made)
    return
  }
  err.line(t(`cli:token.made_${scope}`, { name: cleanLine(made.name) }))
  out.line(made.token)
  err.line(t('cli:token.once'))
  err.line(t('cli:token.use', { url }))
}
