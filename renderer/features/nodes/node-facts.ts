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
