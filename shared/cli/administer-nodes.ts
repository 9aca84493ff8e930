/** `claw-mesh nodes pause|resume|drain|disable|enable|tag|untag|rename|kick`: what an admin may do to a node. */
import type { Command } from 'commander'
import type { MeshNode, NodeChange } from '../contract/node.ts'
import { foldName } from '../domain/names.ts'
import { confirm } from './confirm.ts'
import { connect } from './connect.ts'
import { type CliContext, printJson } from './context.ts'
import { splitTags } from './options.ts'
import { cleanLine } from './output/clean.ts'
import { span } from './output/format.ts'
import { seconds } from './send-input.ts'
import { UsageError } from './usage-error.ts'

export function administerNodes(command: Command, context: CliContext): void {
  const { t } = context
  const on = (name: 'pause' | 'resume' | 'drain' | 'disable' | 'enable' | 'tag' | 'untag' | 'rename' | 'kick') =>
    command
      .command(name)
      .description(t(`cli:node.summary.${name}`))
      .argument('<node>', t('cli:node.node'))

  on('pause')
    .option('--for <time>', t('cli:node.for'))
    .action((node: string, { for: time }: { readonly for?: string }) =>
      change(context, node, {
        admin: 'paused',
        ...(time === undefined ? {} : { pause_for_s: seconds(time, '--for') }),
      }),
    )
  on('resume').action((node: string) => change(context, node, { admin: 'active' }))
  on('drain').action((node: string) => change(context, node, { admin: 'draining' }))
  on('disable').action((node: string) => change(context, node, { admin: 'disabled' }))
  on('enable').action((node: string) => change(context, node, { admin: 'active' }))
  on('tag')
    .argument('<tags...>', t('cli:node.tags'))
    .action((node: string, tags: string[]) => retag(context, node, (before) => [...before, ...listed(tags)]))
  on('untag')
    .argument('<tags...>', t('cli:node.tags'))
    .action((node: string, tags: string[]) => retag(context, node, without(node, listed(tags))))
  on('rename')
    .argument('<name>', t('cli:node.name'))
    .action((node: string, name: string) => change(context, node, { name }))
  on('kick')
    .option('-y, --yes', t('cli:node.yes'))
    .action((node: string, { yes }: { readonly yes?: boolean }) => kick(context, node, yes === true))
}

const listed = (tags: readonly string[]): string[] => tags.flatMap(splitTags)

async function change(context: CliContext, node: string, wanted: NodeChange): Promise<void> {
  const { client } = await connect(context)
  const after = await client.call('nodes.update', { node_id: node, ...wanted })
  if (context.json) printJson(context, after)
  else context.out.line(changeText(context, after, wanted, node))
}

/** What the node is like after the change, which may be less than what was wanted. */
export function changeText(
  { t }: Pick<CliContext, 't'>,
  node: MeshNode,
  wanted: Pick<NodeChange, 'name' | 'pause_for_s'>,
  asked: string,
): string {
  const name = cleanLine(node.name)
  if (wanted.name !== undefined) return t('cli:node.renamed', { before: cleanLine(asked), name })
  const running = node.in_flight
  switch (node.admin) {
    case 'paused':
      return wanted.pause_for_s === undefined
        ? t('cli:node.paused', { name })
        : t('cli:node.paused_for', { name, time: span(wanted.pause_for_s * 1_000) })
    case 'draining':
      return t('cli:node.draining', { name, running })
    case 'disabled':
      return running === 0 ? t('cli:node.disabled', { name }) : t('cli:node.disabled_running', { name, running })
    case 'active':
      break
  }
  if (node.status === 'offline') return t('cli:node.active_but', { name, condition: t('common:status.offline') })
  if (node.condition === 'ok') return t('cli:node.active', { name })
  if (node.condition === 'paused') return t('cli:node.owner_paused', { name })
  return t('cli:node.active_but', { name, condition: t(`common:condition.${node.condition}`) })
}

async function retag(
  context: CliContext,
  asked: string,
  edit: (before: readonly string[], node: MeshNode) => string[],
): Promise<void> {
  const { client } = await connect(context)
  const node = await client.call('nodes.get', { node_id: asked })
  const after = await client.call('nodes.update', { node_id: node.id, tags: edit(node.admin_tags, node) })
  if (context.json) {
    printJson(context, after)
    return
  }
  const tags = [...after.capabilities.tags, ...after.admin_tags].map(cleanLine).join(', ')
  context.out.line(context.t('cli:node.tagged', { name: cleanLine(after.name), tags: tags || '–' }))
}

const without = (asked: string, tags: readonly string[]) => (before: readonly string[], node: MeshNode) => {
  const gone = new Set(tags.map(foldName))
  const known = new Set(before.map(foldName))
  const unknown = tags.find((tag) => !known.has(foldName(tag)))
  if (unknown === undefined) return before.filter((tag) => !gone.has(foldName(tag)))
  const isOwn = node.capabilities.tags.some((tag) => foldName(tag) === foldName(unknown))
  const hint = isOwn ? 'tag_reported' : before.length > 0 ? 'tags_given' : 'no_tags_given'
  throw new UsageError('tag_not_given', hint, { tag: unknown, node: asked, tags: before.join(', ') })
}

async function kick(context: CliContext, asked: string, yes: boolean): Promise<void> {
  const { t } = context
  const { client } = await connect(context)
  const node = await client.call('nodes.get', { node_id: asked })
  const name = cleanLine(node.name)
  const question = t(node.in_flight === 0 ? 'cli:node.kick_sure' : 'cli:node.kick_sure_running', {
    name,
    id: node.id,
    running: node.in_flight,
  })
  if (!yes && !(await confirm(context, question))) {
    context.err.line(t('cli:node.kept', { name }))
    context.setExitCode(1)
    return
  }
  await client.call('nodes.remove', { node_id: node.id })
  if (context.json) printJson(context, { node_id: node.id, name: node.name, removed: true })
  else context.out.line(t('cli:node.kicked', { name }))
}
