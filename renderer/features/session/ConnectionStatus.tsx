/** Whether the page is live: a word in the header, and a banner while it is not. */
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { useConnection } from '../../stores/stores-context.tsx'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { CheckIcon, SlashIcon, SpinnerIcon, WarnIcon } from '../../ui/icons.tsx'
import { ago } from '../../ui/TimeAgo.tsx'
import { useNow } from '../../ui/use-now.ts'
import { useTexts } from '../../ui/use-texts.ts'

export const ConnectionBadge = () => {
  const { t } = useTexts<WebTextKey>()
  const phase = useConnection((state) => state.feed.phase)
  const icon = 'size-3.5'
  if (phase === 'live') {
    return (
      <Badge tone="good" icon={<CheckIcon className={icon} />}>
        {t('web:connection.live')}
      </Badge>
    )
  }
  if (phase === 'waiting') {
    return (
      <Badge tone="bad" icon={<SlashIcon className={icon} />}>
        {t('web:connection.offline')}
      </Badge>
    )
  }
  return (
    <Badge tone="neutral" icon={<SpinnerIcon className={icon} />}>
      {t('web:connection.connecting')}
    </Badge>
  )
}

/** Nothing while live or on the first try. What the page showed last stays below it, with its age. */
export const OfflineBanner = () => {
  const { t } = useTexts<WebTextKey>()
  const feed = useConnection((state) => state.feed)
  const lastLiveAt = useConnection((state) => state.lastLiveAt)
  const retryNow = useConnection((state) => state.retryNow)
  const lost = feed.phase === 'waiting' || (feed.phase === 'connecting' && lastLiveAt !== undefined)
  return (
    <>
      {/* Said once per change; the countdown below would be read out every second. */}
      <p role="status" className="sr-only">
        {lost && t('web:connection.lost')}
        {feed.phase === 'live' && lastLiveAt !== undefined && t('web:connection.back')}
      </p>
      {lost && (
        <div className="border-b border-line bg-warn-soft">
          <div className="mx-auto flex max-w-7xl flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2 text-sm">
            <WarnIcon className="size-4 text-warn" />
            <p className="min-w-0 flex-1 basis-60">
              <span className="font-medium">{t('web:connection.lost')}</span> <Cause /> <Age lastLiveAt={lastLiveAt} />{' '}
              <span className="tabular-nums">
                {feed.phase === 'waiting' ? <Countdown retryAt={feed.retryAt} /> : t('web:connection.retrying')}
              </span>
            </p>
            <Button onClick={retryNow} disabled={feed.phase !== 'waiting'}>
              {t('web:connection.retry_now')}
            </Button>
          </div>
        </div>
      )}
    </>
  )
}

/** Why, where it is more than that nobody answers: a page that is too old, a refused name. */
const Cause = () => {
  const { t } = useTexts<WebTextKey>()
  const error = useConnection(({ feed }) => (feed.phase === 'waiting' ? feed.error : undefined))
  if (!error || error.code === 'coordinator_unreachable') return null
  return `${t(`common:error.${error.code}`)}: ${error.message} ${error.hint ?? ''}`
}

const Age = ({ lastLiveAt }: { readonly lastLiveAt: number | undefined }) => {
  const { t, language } = useTexts<WebTextKey>()
  const now = useNow()
  if (lastLiveAt === undefined) return t('web:connection.never')
  return t('web:connection.stale', { age: ago((now - lastLiveAt) / 1_000, language) ?? t('web:app.just_now') })
}

const Countdown = ({ retryAt }: { readonly retryAt: number }) => {
  const { t } = useTexts<WebTextKey>()
  const now = useNow()
  return t('web:connection.retry_in', { seconds: Math.max(1, Math.ceil((retryAt - now) / 1_000)) })
}
