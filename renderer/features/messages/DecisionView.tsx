/** Why this node: the sentence, and every node of the mesh with its verdict. */
import { useState } from 'react'
import type { Decision, Verdict } from '../../../shared/contract/decision.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { Bidi } from '../../ui/Bidi.tsx'
import { Button } from '../../ui/Button.tsx'
import { CheckIcon, CircleIcon, CrossIcon } from '../../ui/icons.tsx'
import { useTexts } from '../../ui/use-texts.ts'
import { headline, needs, reasonText } from './reason-text.ts'

const shownNodes = 8
const looks = {
  chosen: { Icon: CheckIcon, color: 'text-good' },
  scored: { Icon: CircleIcon, color: 'text-accent' },
  rejected: { Icon: CrossIcon, color: 'text-muted' },
} as const

export const DecisionView = ({ decision }: { readonly decision: Decision | undefined }) => {
  const { t, language } = useTexts<WebTextKey>()
  const [all, setAll] = useState(false)
  if (!decision) return <p className="text-sm text-muted">{t('web:decision.none')}</p>
  const asked = needs(decision.requires)
  const nodes = all ? decision.nodes : decision.nodes.slice(0, shownNodes)
  return (
    <div className="space-y-2 text-sm">
      <p dir="auto" className="wrap-anywhere">
        {headline(decision, t, language)}
      </p>
      {asked.length > 0 && (
        <p className="flex flex-wrap gap-1.5 text-muted">
          {t('web:decision.asked')}
          {asked.map((need) => (
            <Bidi key={need} text={need} className="rounded bg-sunken px-1.5 font-mono text-xs leading-5 text-ink" />
          ))}
        </p>
      )}
      <ul aria-label={t('web:decision.nodes')} className="divide-y divide-line rounded-lg border border-line">
        {nodes.map((verdict) => (
          <VerdictRow key={verdict.node_id} verdict={verdict} />
        ))}
      </ul>
      {nodes.length < decision.nodes.length && (
        <Button onClick={() => setAll(true)}>{t('web:decision.all', { count: decision.nodes.length })}</Button>
      )}
    </div>
  )
}

const VerdictRow = ({ verdict }: { readonly verdict: Verdict }) => {
  const { t, language } = useTexts<WebTextKey>()
  const { Icon, color } = looks[verdict.verdict]
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 2 })
  return (
    <li className="grid grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-x-2 px-3 py-2">
      <Icon className={`size-4 ${color}`} />
      <span className="truncate">
        <span className="sr-only">{t(`common:verdict.${verdict.verdict}`)}: </span>
        <Bidi text={verdict.name} className={verdict.verdict === 'chosen' ? 'font-medium' : ''} />
      </span>
      {verdict.score !== undefined && (
        <span
          className="text-xs text-muted tabular-nums"
          title={t('web:decision.score_title', { parts: parts(verdict) })}
        >
          {t('web:decision.score', { score: number.format(verdict.score) })}
        </span>
      )}
      <span dir="auto" className="col-span-2 col-start-2 text-xs wrap-anywhere text-muted">
        {verdict.reasons.map((reason) => reasonText(reason, t, language)).join(' · ')}
      </span>
    </li>
  )

  function parts({ parts: given = {} }: Verdict): string {
    return Object.entries(given)
      .map(([name, value]) =>
        name === 'turns' || name === 'cpu'
          ? t(`web:decision.${name}`, { value: number.format(value) })
          : `${name} ${number.format(value)}`,
      )
      .join(', ')
  }
}
