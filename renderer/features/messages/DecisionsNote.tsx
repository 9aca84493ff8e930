/** How many messages wait for somebody to decide, and the way to them. */
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { noFilter } from '../../stores/message-list.ts'
import { useDecisions, useMessages } from '../../stores/stores-context.tsx'
import { Button } from '../../ui/Button.tsx'
import { WarnIcon } from '../../ui/icons.tsx'
import { useTexts } from '../../ui/use-texts.ts'

export const DecisionsNote = () => {
  const { t } = useTexts<WebTextKey>()
  const count = useDecisions(({ ids }) => ids.size)
  const more = useDecisions((state) => state.more)
  const seen = useMessages(({ filter }) => filter.state === 'interrupted')
  const setFilter = useMessages((state) => state.setFilter)
  if (count === 0 || seen) return null
  return (
    <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1 rounded-lg bg-warn-soft px-3 py-2 text-sm">
      <WarnIcon className="size-4 text-warn" />
      <p className="min-w-0 flex-1">
        {count === 1 && !more
          ? t('web:messages.decide_one')
          : t('web:messages.decide_many', { count: more ? `${count}+` : count })}
      </p>
      <Button size="small" onClick={() => void setFilter({ ...noFilter, state: 'interrupted' })}>
        {t('web:messages.decide_show')}
      </Button>
    </div>
  )
}
