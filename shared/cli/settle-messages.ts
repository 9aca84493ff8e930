/** `claw-mesh messages resolve|replay`: what a person says about messages that did not end well. */
import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import { MeshError } from '../contract/error.ts'
import type { ResolveAction } from '../contract/message.ts'
import { connect } from './connect.ts'
import { type CliContext, printJson } from './context.ts'
import { UsageError } from './usage-error.ts'

interface ResolveOptions {
  readonly rerun?: boolean
  readonly fail?: boolean
}

export function settleMessages(command: Command, context: CliContext): void {
  const { t } = context
  command
    .command('resolve')
    .description(t('cli:messages.resolve'))
    .argument('<id>', t('cli:messages.id'))
    .option('--rerun', t('cli:messages.rerun'))
    .option('--fail', t('cli:messages.fail'))
    .action((id: string, options: ResolveOptions) => resolve(context, id, actionOf(options)))
  command
    .command('replay')
    .description(t('cli:messages.replay'))
    .argument('<id>', t('cli:messages.id'))
    .action((id: string) => replay(context, id))
}

function actionOf({ rerun = false, fail = false }: ResolveOptions): ResolveAction {
  if (rerun !== fail) return rerun ? 'rerun' : 'fail'
  throw new UsageError('resolve_how', 'resolve_how')
}

async function resolve(context: CliContext, id: string, action: ResolveAction): Promise<void> {
  const { client } = await connect(context)
  const message = await client.call('messages.resolve', { message_id: id, action })
  if (context.json) printJson(context, message)
  else context.out.line(context.t(`cli:messages.${action === 'rerun' ? 'rerunning' : 'failed'}`, { id: message.id }))
}

/** A broken connection is tried once more: the key keeps it one message. */
async function replay(context: CliContext, id: string): Promise<void> {
  const { client } = await connect(context)
  const input = { message_id: id, idempotency_key: randomUUID() }
  const message = await client.call('messages.replay', input).catch((error: unknown) => {
    if (!(error instanceof MeshError) || error.code !== 'coordinator_unreachable') throw error
    return client.call('messages.replay', input)
  })
  if (context.json) printJson(context, message)
  else context.out.line(context.t('cli:messages.replayed', { id, as: message.id }))
}
