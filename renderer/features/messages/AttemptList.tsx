/** The tries of a message, in order, with what became of each. */
import type { Attempt, LateResult } from '../../../shared/contract/message.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { Bidi } from '../../ui/Bidi.tsx'
import { duration } from '../../ui/duration.ts'
import { LongText } from '../../ui/LongText.tsx'
import { useNow } from '../../ui/use-now.ts'
import { useTexts } from '../../ui/use-texts.ts'

export const AttemptList = ({ attempts }: { readonly attempts: readonly Attempt[] }) => (
  <ol className="space-y-2 text-sm">
    {attempts.map((attempt) => (
      <AttemptRow key={attempt.number} attempt={attempt} />
    ))}
  </ol>
)

const AttemptRow = ({ attempt }: { readonly attempt: Attempt }) => {
  const { t, language } = useTexts<WebTextKey>()
  const { number, node_name, outcome, ended_at, error, late, charged } = attempt
  return (
    <li className="rounded-lg border border-line px-3 py-2">
      <p className="flex flex-wrap items-baseline gap-x-2">
        <span className="font-medium">{t('web:detail.attempt', { number })}</span>
        <Bidi text={node_name} className="max-w-48" />
        <span className="text-muted">
          {t(`web:attempt.${outcome ?? 'running'}`)}{' '}
          {ended_at === undefined ? (
            <Running since={attempt.offered_at} />
          ) : (
            t('web:detail.took', {
              duration: duration(Date.parse(ended_at) - Date.parse(attempt.offered_at), language),
            })
          )}
          {outcome !== undefined && !charged && ` · ${t('web:detail.not_charged')}`}
        </span>
      </p>
      {error && (
        <p dir="auto" className="mt-1 text-xs wrap-anywhere text-muted">
          {t(`common:error.${error.code}`)}: {error.message} {error.hint}
        </p>
      )}
      {late && <Late late={late} />}
    </li>
  )
}

/** What its node told when nobody waited for it any more. */
const Late = ({ late: { outcome, text, chars, error } }: { readonly late: LateResult }) => {
  const { t, language } = useTexts<WebTextKey>()
  const format = (count: number): string => new Intl.NumberFormat(language).format(count)
  return (
    <div className="mt-2 space-y-1 border-s-2 border-line ps-3">
      <p className="text-xs text-muted">{t('web:detail.late_note', { outcome: t(`web:attempt.${outcome}`) })}</p>
      {text === '' ? (
        error === undefined && <p className="text-xs text-muted">{t('web:detail.late_empty')}</p>
      ) : (
        <LongText text={text} limit={600} showAll={t('web:app.show_all', { count: format(text.length) })} />
      )}
      {chars > text.length && (
        <p className="text-xs text-muted">
          {t('web:detail.late_part', { kept: format(text.length), count: format(chars) })}
        </p>
      )}
      {error && (
        <p dir="auto" className="text-xs wrap-anywhere text-muted">
          {t(`common:error.${error.code}`)}: {error.message} {error.hint}
        </p>
      )}
    </div>
  )
}

const Running = ({ since }: { readonly since: string }) => {
  const { t, language } = useTexts<WebTextKey>()
  const now = useNow()
  return t('web:detail.running_for', { duration: duration(now - Date.parse(since), language) })
}
