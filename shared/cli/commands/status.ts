/** `claw-mesh status`: the mesh on one screen. */
import type { MeshNode } from '../../contract/node.ts'
import type { DashboardStats } from '../../contract/system.ts'
import { connect } from '../connect.ts'
import { type CliContext, type Configure, printJson } from '../context.ts'
import { cleanLine } from '../output/clean.ts'
import { columns } from '../output/columns.ts'
import { age } from '../output/format.ts'

export const status: Configure = (command, context) => {
  command.action(async () => {
    const { client, url } = await connect(context)
    const [stats, nodes] = await Promise.all([client.call('dashboard.stats'), client.call('nodes.list')])
    if (context.json) printJson(context, { url, ...stats })
    else context.out.write(statusText(context, url, stats, nodes))
  })
}

export function statusText(
  { out, t }: Pick<CliContext, 'out' | 't'>,
  url: string,
  stats: DashboardStats,
  nodes: readonly MeshNode[],
): string {
  const { paint } = out
  const count = (n: number, key: 'online' | 'busy' | 'offline', style: 'green' | 'yellow' | 'red') =>
    `${n > 0 ? paint(style, String(n)) : n} ${t(`common:status.${key}`)}`
  const comma = t('cli:list.comma')
  const facts = [
    [
      t('cli:status.coordinator'),
      `${url}  ${stats.version}${comma}${t('cli:status.up_for', { age: age(stats.uptime_s * 1_000) })}`,
    ],
    [
      t('cli:status.nodes'),
      [
        count(stats.nodes.online, 'online', 'green'),
        count(stats.nodes.busy, 'busy', 'yellow'),
        count(stats.nodes.offline, 'offline', 'red'),
      ].join(comma),
    ],
    [
      t('cli:status.messages'),
      t('cli:status.counts', {
        queued: stats.messages.queued,
        running: stats.messages.running,
        succeeded: stats.messages.succeeded_24h,
        failed: stats.messages.failed_24h,
      }),
    ],
  ] as const
  const lines: string[] = []
  for (const node of nodes) lines.push(...problemLines({ out, t }, node))
  if (nodes.length === 0) lines.push(t('cli:nodes.none'))
  return columns(facts, (name) => paint('bold', name), '') + lines.map((line) => `${line}\n`).join('')
}

/** What stands in a node's way and what helps; nothing when it is well. */
export function problemLines({ out, t }: Pick<CliContext, 'out' | 't'>, node: MeshNode): string[] {
  const problem = node.status === 'offline' ? undefined : node.gateway.problem
  if (!problem) return []
  const condition = node.condition === 'ok' ? '' : `${t(`common:condition.${node.condition}`)}: `
  const lines = [`${out.paint('yellow', '!')} ${cleanLine(node.name)}: ${condition}${cleanLine(problem.message)}`]
  if (problem.hint !== undefined) lines.push(`  ${out.paint('dim', cleanLine(problem.hint))}`)
  return lines
}
