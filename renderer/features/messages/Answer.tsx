/** The answer of the open message: as it comes, then as it was kept. */
import { hasEnded } from '../../../shared/contract/message.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import type { OpenMessage } from '../../stores/open-message.ts'
import { CopyButton } from '../../ui/CopyButton.tsx'
import { SpinnerIcon } from '../../ui/icons.tsx'
import { RichText } from '../../ui/RichText.tsx'
import { useTexts } from '../../ui/use-texts.ts'

export const Answer = ({ open }: { readonly open: OpenMessage }) => {
  const { t, language } = useTexts<WebTextKey>()
  const { message, live, tool } = open
  const ended = message !== undefined && hasEnded(message.state)
  // What the coordinator keeps is the answer; before the end, what came so far.
  const text = (ended ? message.response : undefined) ?? live?.text ?? message?.response
  const interrupted = message?.state === 'interrupted'
  const begun = text === undefined || text === '' ? 'web:detail.waiting_answer' : 'web:detail.answering'
  const count = new Intl.NumberFormat(language).format(text?.length ?? 0)
  return (
    <section aria-label={t('web:detail.answer')}>
      <header className="mb-1 flex min-h-7 items-center justify-between gap-2">
        <h4 className="text-xs font-medium text-muted">{t('web:detail.answer')}</h4>
        {ended && text !== undefined && text !== '' && (
          <CopyButton text={text} label={t('web:app.copy')} done={t('web:app.copied')} />
        )}
      </header>
      {/* A log: readers are told what is added, when they are free to listen. */}
      <div role="log" aria-live="polite" aria-busy={!ended && !interrupted} aria-label={t('web:detail.answer')}>
        {!ended && live !== undefined && live.start > 0 && (
          <p className="mb-1 text-xs text-muted">{t('web:detail.late_start')}</p>
        )}
        {text !== undefined && text !== '' && (
          <RichText
            key={ended ? 'kept' : 'live'}
            text={text}
            part={ended ? 'start' : 'end'}
            showAll={t('web:app.show_all', { count })}
            image={t('web:app.image')}
          />
        )}
        {text === '' && ended && <p className="text-muted">{t('web:detail.empty_answer')}</p>}
        {text === undefined && (ended || interrupted) && <p className="text-muted">{t('web:detail.no_answer')}</p>}
        {((ended && message.state !== 'succeeded') || interrupted) && text !== undefined && text !== '' && (
          <p className="mt-1 text-xs text-muted">{t('web:detail.partial')}</p>
        )}
      </div>
      {!ended && !interrupted && (
        <p className="mt-2 flex items-center gap-2 text-sm text-muted">
          <SpinnerIcon />
          <span dir="auto">{tool === undefined ? t(begun) : t('web:detail.tool', { name: tool })}</span>
        </p>
      )}
    </section>
  )
}
