/** Why a message waits, where in the queue, and how long already: short in its line, in sentences when it is open. */
import type { Waiting as WaitingFacts } from '../../../shared/contract/message.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { roughly } from '../../ui/duration.ts'
import { useNow } from '../../ui/use-now.ts'
import { useTexts } from '../../ui/use-texts.ts'

export interface WaitingProps {
  readonly waiting: WaitingFacts
  readonly whole?: boolean
}

export const Waiting = ({ waiting: { reason, position, since }, whole = false }: WaitingProps) => {
  const { t, language } = useTexts<WebTextKey>()
  const now = useNow(1_000)
  const busy = reason === 'no_free_slot' ? 'web:detail.position_busy' : 'web:detail.position'
  const place = t(whole ? busy : 'web:messages.position', { position })
  const waited = t('web:messages.waited', { duration: roughly(now - Date.parse(since), language) })
  return (
    <span title={new Date(since).toLocaleString(language)} className="first-letter:uppercase">
      {(whole ? [place, t(`common:waiting.${reason}`), waited] : [t(`common:waiting.${reason}`), place, waited]).join(
        ' · ',
      )}
    </span>
  )
}
