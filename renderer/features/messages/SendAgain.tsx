/** Sending a message that ended again, and the way between the two. */
import type { Message } from '../../../shared/contract/message.ts'
import { replayableStates } from '../../../shared/contract/message.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import type { OpenMessage } from '../../stores/open-message.ts'
import { useMessages, useSession } from '../../stores/stores-context.tsx'
import { Button } from '../../ui/Button.tsx'
import { Problem } from '../../ui/Problem.tsx'
import { useTexts } from '../../ui/use-texts.ts'

export interface SendAgainProps {
  readonly message: Message
  readonly open: OpenMessage
}

/** What has no answer is replayed, for whom it was asked; what was answered is asked anew, by who asks now. */
export const SendAgain = ({ message, open }: SendAgainProps) => {
  const { t } = useTexts<WebTextKey>()
  const { sendAgain, replay, sending } = useMessages((state) => state)
  const mayNot = useSession((state) => state.scope === 'viewer')
  if (mayNot) return null
  const replays = replayableStates.includes(message.state)
  const { replayError: error } = open
  return (
    <div className="space-y-2">
      {error && (
        <Problem title={t('web:detail.replay_failed')} text={error.message} hint={error.hint} code={error.code} />
      )}
      <Button
        busy={replays ? open.replaying === true : sending}
        title={t(replays ? 'web:detail.replay_title' : 'web:detail.again_title')}
        onClick={() => void (replays ? replay() : sendAgain())}
      >
        {t('web:detail.again')}
      </Button>
    </div>
  )
}

/** The message that this one repeats, and the one that repeats it. */
export const Repeats = ({ message: { replay_of, replayed_as } }: { readonly message: Message }) => (
  <>
    {replay_of !== undefined && <Repeat kind="replay_of" id={replay_of} />}
    {replayed_as !== undefined && <Repeat kind="replayed_as" id={replayed_as} />}
  </>
)

const Repeat = ({ kind, id }: { readonly kind: 'replay_of' | 'replayed_as'; readonly id: string }) => {
  const { t } = useTexts<WebTextKey>()
  const goTo = useMessages((state) => state.goTo)
  return (
    <p className="text-sm text-muted">
      {t(`web:detail.${kind}`)}{' '}
      <button
        type="button"
        title={id}
        onClick={() => void goTo(id)}
        className="rounded py-1 text-accent-strong underline underline-offset-2"
      >
        {t(`web:detail.${kind}_link`)}
      </button>
    </p>
  )
}
