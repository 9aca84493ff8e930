/** What a card says about a node's machine, as short pieces. Pure. */
import type { Condition, MeshNode } from '../../../shared/contract/node.ts'
import type { WebTranslate } from '../../../shared/i18n/en-web.ts'

/** Can take messages now, or at least soon, without anybody doing anything. */
export const isReady = (node: MeshNode): boolean => node.status !== 'offline' && node.condition === 'ok'

/** Conditions that pass by themselves or that somebody asked for; the others are faults. */
const calm = new Set<Condition>(['ok', 'warming', 'paused', 'draining', 'disabled', 'gateway_draining', 'half_open'])
export const isFault = (condition: Condition): boolean => !calm.has(condition)

export function gpuText({ capabilities }: MeshNode, t: WebTranslate): string {
  const [first, ...more] = capabilities.gpus
  if (!first) return t('web:nodes.gpu')
  const text =
    first.vram_gb > 0
      ? t('web:nodes.gpu_named', { name: first.name, vram: Math.round(first.vram_gb) })
      : first.name || t('web:nodes.gpu')
  return more.length > 0 ? `${text} ${t('web:nodes.gpu_more', { count: more.length })}` : text
}

export function machineText({ capabilities }: MeshNode, t: WebTranslate): string {
  const { os, arch, memory_gb } = capabilities
  const memory = memory_gb > 0 ? [t('web:nodes.memory', { gb: memory_gb })] : []
  return [`${t(`web:os.${os}`)} ${arch}`, ...memory].join(' · ')
}

export function slotsText({ load }: MeshNode, t: WebTranslate): string {
  const values = { used: load.running, slots: load.slots }
  return load.queued > 0
    ? t('web:nodes.slots_queued', { ...values, queued: load.queued })
    : t('web:nodes.slots_used', values)
}

/** What it reports and what an admin added, each once. */
export const tagsOf = ({ capabilities, admin_tags }: MeshNode): string[] => [
  ...new Set([...capabilities.tags, ...admin_tags]),
]

/** A condition as a title and what can be done about it; undefined where all is well. */
export function conditionText(node: MeshNode, t: WebTranslate): { title: string; help: string } | undefined {
  if (node.status === 'offline') return { title: t('common:status.offline'), help: t('web:help.offline') }
  const { condition } = node
  if (condition === 'ok') return undefined
  const byOwner = condition === 'paused' && node.admin !== 'paused'
  return {
    title: t(`common:condition.${condition}`),
    help: byOwner ? t('web:help.paused_by_owner') : t(`web:help.${condition}`),
  }
}

export const stateFilters = ['all', 'ready', 'attention', 'offline'] as const
export type StateFilter = (typeof stateFilters)[number]

/** Nodes that a search and a filter leave, in their order. Every word must be found somewhere in what a node says. */
export function findNodes(nodes: readonly MeshNode[], search: string, state: StateFilter): readonly MeshNode[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return nodes.filter((node) => inState(node, state) && words.every((word) => said(node).includes(word)))
}

const inState = (node: MeshNode, state: StateFilter): boolean =>
  state === 'all' ||
  (state === 'ready' && isReady(node)) ||
  (state === 'offline' && node.status === 'offline') ||
  (state === 'attention' && node.status !== 'offline' && node.condition !== 'ok')

function said(node: MeshNode): string {
  const { os, arch, gpu, gpus, skills, tools } = node.capabilities
  const machine = [os, os === 'darwin' ? 'macos' : '', arch, gpu ? 'gpu' : '', ...gpus.map(({ name }) => name)]
  return [node.name, node.id, ...machine, ...tagsOf(node), ...skills, ...tools].join('\n').toLowerCase()
}

/** Until the next midnight here. */
export function untilTomorrowS(now: Date): number {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1)
  return Math.max(60, Math.ceil((midnight.getTime() - now.getTime()) / 1_000))
}
