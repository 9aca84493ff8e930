/** `claw-mesh nodes`: every node on one line; what an admin may do to one is in `administer-nodes.ts`. */
import type { MeshNode, NodeStatus } from '../../contract/node.ts'
import { administerNodes } from '../administer-nodes.ts'
import { connect } from '../connect.ts'
import { type CliContext, type Configure, printJson } from '../context.ts'
import { gpuText, loadText, since, span } from '../output/format.ts'
import type { Style } from '../output/sink.ts'
import { type Row, table } from '../output/table.ts'
import { problemLines } from './status.ts'

export const nodes: Configure = (command, context) => {
  command.action(async () => {
    const list = await (await connect(context)).client.call('nodes.list')
    if (context.json) printJson(context, list)
    else context.out.write(nodesText(context, list))
  })
  administerNodes(command, context)
}

const statusStyle: Record<NodeStatus, Style> = { online: 'green', busy: 'yellow', offline: 'red' }

export function nodesText(context: Pick<CliContext, 'out' | 't' | 'clock'>, list: readonly MeshNode[]): string {
  const { out, t, clock } = context
  if (list.length === 0) return `${t('cli:nodes.none')}\n`
  const now = clock.now()
  const head = (['name', 'status', 'condition', 'adapter', 'system', 'gpu', 'load', 'since', 'skills'] as const).map(
    (key) => t(`cli:nodes.${key}`),
  )
  const rows = list.map((node): Row => {
    const { capabilities } = node
    return [
      { text: node.name, style: 'bold' },
      { text: t(`common:status.${node.status}`), style: statusStyle[node.status] },
      { text: conditionText(context, node), ...conditionStyle(node) },
      node.gateway.adapter,
      `${capabilities.os}/${capabilities.arch}`,
      gpuText(capabilities.gpu, capabilities.gpus) || '–',
      node.status === 'offline' ? '–' : loadText(node.load),
      since(node.status_since, now),
      [...capabilities.tags, ...node.admin_tags, ...capabilities.skills].join(', ') || '–',
    ]
  })
  const problems = list.flatMap((node) => problemLines(context, node))
  return table(head, rows, { width: out.columns, paint: out.paint }) + problems.map((line) => `${line}\n`).join('')
}

/** Of a node that is gone only what an admin set is known; that holds when it comes back. */
function conditionText({ t, clock }: Pick<CliContext, 't' | 'clock'>, node: MeshNode): string {
  if (node.admin === 'active') return node.status === 'offline' ? '–' : t(`common:condition.${node.condition}`)
  const text = t(`common:condition.${node.admin}`)
  const leftMs = node.paused_until === undefined ? undefined : Date.parse(node.paused_until) - clock.now()
  if (leftMs !== undefined) return `${text} (${t('cli:nodes.left', { time: span(leftMs) })})`
  return node.admin === 'draining' ? `${text} (${t('cli:nodes.running', { running: node.in_flight })})` : text
}

const conditionStyle = (node: MeshNode): { style: Style } | undefined =>
  node.admin === 'active' && (node.condition === 'ok' || node.status === 'offline') ? undefined : { style: 'yellow' }
