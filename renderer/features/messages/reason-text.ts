/** Reasons of a decision as words in the reader's language. Pure. */
import type { Decision, Reason } from '../../../shared/contract/decision.ts'
import type { Requirements } from '../../../shared/contract/requirement.ts'
import type { WebTranslate } from '../../../shared/i18n/en-web.ts'
import { shortTime } from '../../ui/short-time.ts'

export function reasonText(reason: Reason, t: WebTranslate, language: string): string {
  const text = words(reason, t, language)
  const { code, detail } = reason
  const busy = busyText(reason, t)
  if (busy !== undefined) return `${text} (${busy})`
  // Decisions of before say how busy a node was in English only; beside it the score says the same in figures.
  const isTold = code !== 'tie_break' && (language.startsWith('en') || (code !== 'least_busy' && code !== 'busier'))
  return detail !== undefined && isTold ? `${text} (${detail})` : text
}

function busyText({ used, slots, cpu_percent: cpu }: Reason, t: WebTranslate): string | undefined {
  if (used === undefined || slots === undefined) return undefined
  return cpu === undefined
    ? t('common:reason.slots', { used, slots })
    : t('common:reason.slots_cpu', { used, slots, cpu })
}

function words({ code, need, have, condition, since, detail }: Reason, t: WebTranslate, language: string): string {
  if (code === 'tie_break' && detail !== undefined) return t('common:reason.tie_lost', { node: detail })
  if (code === 'lacks') {
    return have === undefined
      ? t('common:reason.lacks', { need: need ?? '' })
      : t('common:reason.lacks_has', { need: need ?? '', have })
  }
  if (code === 'condition') return t(`common:condition.${condition ?? 'disabled'}`)
  if (code === 'offline' && since !== undefined) {
    return t('common:reason.offline_since', { since: shortTime(since, language) })
  }
  return t(`common:reason.${code}`)
}

/** The sentence over the table: why this node, or that there is none. */
export function headline(decision: Decision, t: WebTranslate, language: string): string {
  // The coordinator's own sentence says most (it names the nearest miss), but it speaks English only.
  if (language.startsWith('en')) return decision.reason
  const chosen = decision.nodes.find(({ verdict }) => verdict === 'chosen')
  if (decision.outcome !== 'chosen' || !chosen) return t(`common:outcome.${decision.outcome}`)
  const reasons = chosen.reasons.map((reason) => reasonText(reason, t, language)).join(' · ')
  return t('web:decision.chosen', { node: chosen.name, reasons })
}

/** `gpu`, `memory_gb:64`, `skill:apple-notes`: as the command line takes them. */
export const needs = (requires: Requirements): string[] =>
  Object.entries(requires).flatMap(([name, value]) =>
    value === true ? [name] : [value].flat().map((each) => `${name}:${String(each)}`),
  )
