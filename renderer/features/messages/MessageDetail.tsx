/** Everything about the open message: its text, the answer, why this node, the attempts. */
import type { ReactNode } from 'react'
import type { ErrorBody } from '../../../shared/contract/error.ts'
import { hasEnded, type Message } from '../../../shared/contract/message.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { useMessages, useSession } from '../../stores/stores-context.tsx'
import type { OpenMessage } from '../../stores/open-message.ts'
import { Button } from '../../ui/Button.tsx'
import { LongText } from '../../ui/LongText.tsx'
import { Problem } from '../../ui/Problem.tsx'
import { useTexts } from '../../ui/use-texts.ts'
import { Answer } from './Answer.tsx'
import { AttemptList } from './AttemptList.tsx'
import { DecisionView } from './DecisionView.tsx'
import { Interrupted } from './Interrupted.tsx'
import { MessageFacts } from './MessageFacts.tsx'
import { Repeats, SendAgain } from './SendAgain.tsx'
import { Waiting } from './Waiting.tsx'

export const MessageDetail = ({ open }: { readonly open: OpenMessage }) => {
  const { t, language } = useTexts<WebTextKey>()
  const { message, error } = open
  const noNode = message?.decision !== undefined && message.decision.outcome !== 'chosen'
  return (
    <div className="space-y-4 border-t border-line px-4 pt-3 pb-4">
      {error && <Problem title={t('web:detail.failed')} text={error.message} hint={error.hint} code={error.code} />}
      {message && !isShort(message.content) && (
        <Part title={t('web:detail.message')}>
          <LongText
            text={message.content}
            limit={1_500}
            showAll={t('web:app.show_all', { count: new Intl.NumberFormat(language).format(message.content.length) })}
          />
        </Part>
      )}
      <ResolveProblem open={open} />
      {message?.state === 'interrupted' ? (
        <Interrupted message={message} open={open} />
      ) : (
        message?.error && <HowItEnded message={message} error={message.error} />
      )}
      <Answer open={open} />
      <Cancel open={open} />
      {message && hasEnded(message.state) && <SendAgain message={message} open={open} />}
      {message && <Repeats message={message} />}
      {!message && !error && <p className="text-sm text-muted">{t('web:detail.loading')}</p>}
      {message && (
        <>
          {message.waiting && (
            <p className="text-sm">
              <Waiting waiting={message.waiting} whole />
            </p>
          )}
          <Part title={t(noNode ? 'web:decision.title_none' : 'web:decision.title')}>
            <DecisionView decision={message.decision} />
          </Part>
          {message.attempts.length > 0 && (
            <Part title={t('web:detail.attempts')}>
              <AttemptList attempts={message.attempts} />
            </Part>
          )}
          <MessageFacts message={message} />
        </>
      )}
    </div>
  )
}

/** What the line above shows whole is not said twice. */
const isShort = (content: string): boolean => content.length <= 160 && !content.trim().includes('\n')

const Part = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <section>
    <h4 className="mb-1.5 text-xs font-medium text-muted">{title}</h4>
    {children}
  </section>
)

const HowItEnded = ({ message, error }: { readonly message: Message; readonly error: ErrorBody }) => {
  const { t } = useTexts<WebTextKey>()
  const resolved = error.details?.['resolved']
  return (
    <Problem
      alert={false}
      tone={message.state === 'cancelled' ? 'warn' : 'bad'}
      title={t(`common:error.${error.code}`)}
      text={error.message}
      hint={error.hint}
      code={error.code}
    >
      {(resolved === 'fail' || resolved === 'lapsed') && <p>{t(`web:detail.resolved_${resolved}`)}</p>}
    </Problem>
  )
}

/** Stays when the message has gone on by itself meanwhile: then that is the reason. */
const ResolveProblem = ({ open: { resolveError: error } }: { readonly open: OpenMessage }) => {
  const { t } = useTexts<WebTextKey>()
  if (!error) return null
  const goneOn = error.code === 'message_not_interrupted'
  return (
    <Problem
      tone={goneOn ? 'warn' : 'bad'}
      title={t(goneOn ? 'web:interrupted.gone_on' : 'web:interrupted.failed')}
      text={error.message}
      hint={error.hint}
      code={error.code}
    />
  )
}

const Cancel = ({ open }: { readonly open: OpenMessage }) => {
  const { t } = useTexts<WebTextKey>()
  const cancel = useMessages((state) => state.cancel)
  const { message, cancelling, cancelError } = open
  const mayNot = useSession((state) => state.scope === 'viewer')
  if (mayNot || (message && (hasEnded(message.state) || message.state === 'interrupted'))) return null
  const asked = message?.cancel_requested_at !== undefined
  return (
    <div className="space-y-2">
      {cancelError && (
        <Problem
          title={t('web:detail.cancel_failed')}
          text={cancelError.message}
          hint={cancelError.hint}
          code={cancelError.code}
        />
      )}
      {asked ? (
        <p role="status" className="text-sm text-muted">
          {t('web:detail.cancel_asked')}
        </p>
      ) : (
        <Button busy={cancelling} onClick={() => void cancel()}>
          {t(cancelling ? 'web:detail.cancelling' : 'web:detail.cancel')}
        </Button>
      )}
    </div>
  )
}
