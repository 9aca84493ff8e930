/** The open message is interrupted: what is known, how long there is, and what a person may say becomes of it. */
import { useState } from 'react'
import type { Message, ResolveAction } from '../../../shared/contract/message.ts'
import { lapsesAt, mayRerun } from '../../../shared/domain/message/resolve.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import type { OpenMessage } from '../../stores/open-message.ts'
import { useMessages, useSession } from '../../stores/stores-context.tsx'
import { Button } from '../../ui/Button.tsx'
import { Confirm } from '../../ui/Dialog.tsx'
import { duration } from '../../ui/duration.ts'
import { WarnIcon } from '../../ui/icons.tsx'
import { ago } from '../../ui/TimeAgo.tsx'
import { useNow } from '../../ui/use-now.ts'
import { useTexts } from '../../ui/use-texts.ts'

export interface InterruptedProps {
  readonly message: Message
  readonly open: OpenMessage
}

export const Interrupted = ({ message, open }: InterruptedProps) => {
  const { t, language } = useTexts<WebTextKey>()
  const mayNot = useSession((state) => state.scope === 'viewer')
  const now = useNow()
  const node = message.node_name ?? t('web:interrupted.a_node')
  const since = Date.parse(message.interrupted_at ?? message.updated_at)
  const text = open.live?.text ?? message.response ?? ''
  return (
    <section aria-label={t('web:interrupted.title')} className="flex gap-2.5 rounded-lg bg-warn-soft p-3 text-sm">
      <WarnIcon className="mt-0.5 size-4 text-warn" />
      <div className="min-w-0 space-y-2 wrap-anywhere">
        <h4 className="font-medium">{t('web:interrupted.title')}</h4>
        <p title={new Date(since).toLocaleString(language)}>
          {t('web:interrupted.text', { node, ago: ago((now - since) / 1_000, language) ?? t('web:app.just_now') })}{' '}
          {t(text === '' ? 'web:interrupted.no_partial' : 'web:interrupted.partial')}
        </p>
        {isUnconfirmed(message) && <p>{t('web:interrupted.unconfirmed')}</p>}
        <p className="text-muted">
          <Lapses message={message} now={now} /> {t('web:interrupted.answers')}
        </p>
        {message.error && (
          <p dir="auto" className="text-xs text-muted">
            {message.error.message}
          </p>
        )}
        {mayNot ? <p>{t('web:interrupted.viewer')}</p> : <Choice message={message} open={open} node={node} />}
      </div>
    </section>
  )
}

const isUnconfirmed = (message: Message): boolean =>
  !mayRerun(message) || message.error?.details?.['stop_unconfirmed'] === true

const Lapses = ({ message, now }: { readonly message: Message; readonly now: number }) => {
  const { t, language } = useTexts<WebTextKey>()
  const at = lapsesAt(message)
  return (
    <time dateTime={new Date(at).toISOString()} title={new Date(at).toLocaleString(language)}>
      {now < at
        ? t('web:interrupted.lapses', { duration: duration(at - now, language) })
        : t('web:interrupted.lapsing')}
    </time>
  )
}

const Choice = ({ message, open, node }: InterruptedProps & { readonly node: string }) => {
  const { t } = useTexts<WebTextKey>()
  const resolve = useMessages((state) => state.resolve)
  const [asking, setAsking] = useState(false)
  const { resolving } = open
  const say = async (action: ResolveAction): Promise<void> => {
    setAsking(false)
    // The buttons are gone then; the line is the nearest thing that stays.
    if (await resolve(action)) document.getElementById(`line-${message.id}`)?.focus()
  }
  return (
    <div className="flex flex-wrap gap-2 pt-1">
      {!isUnconfirmed(message) && (
        <Button busy={resolving === 'rerun'} disabled={resolving !== undefined} onClick={() => setAsking(true)}>
          {t('web:interrupted.rerun')}
        </Button>
      )}
      <Button busy={resolving === 'fail'} disabled={resolving !== undefined} onClick={() => void say('fail')}>
        {t('web:interrupted.fail')}
      </Button>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={t('web:interrupted.confirm_title')}
        text={t('web:interrupted.confirm_text', { node })}
        cancel={t('web:app.cancel')}
        action={
          <Button look="primary" onClick={() => void say('rerun')}>
            {t('web:interrupted.rerun')}
          </Button>
        }
      >
        {null}
      </Confirm>
    </div>
  )
}
