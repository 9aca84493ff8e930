/** Messages of the mesh, newest first, live. */
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { isFiltered, matches, maxLines, noFilter } from '../../stores/message-list.ts'
import { useMessages } from '../../stores/stores-context.tsx'
import { Button } from '../../ui/Button.tsx'
import { Empty } from '../../ui/Empty.tsx'
import { Problem } from '../../ui/Problem.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'
import { useTexts } from '../../ui/use-texts.ts'
import { DecisionsNote } from './DecisionsNote.tsx'
import { MessageFilters, MessageKinds } from './MessageFilters.tsx'
import { MessageRow } from './MessageRow.tsx'

export const MessageList = () => {
  const { t } = useTexts<WebTextKey>()
  const lines = useMessages((state) => state.lines)
  const phase = useMessages((state) => state.phase)
  const error = useMessages((state) => state.error)
  const load = useMessages((state) => state.load)
  const open = useMessages((state) => state.open)
  const filter = useMessages((state) => state.filter)
  const setFilter = useMessages((state) => state.setFilter)
  const shown = lines.filter((line) => matches(line, filter))
  const filtered = isFiltered(filter)
  const onlyDead = filtered && !isFiltered({ ...filter, dead: undefined })
  return (
    <section aria-labelledby="messages-title">
      <h2 id="messages-title" className="mb-3 text-base font-semibold">
        {t('web:messages.stream')}
      </h2>
      <OpenState />
      <div className="space-y-3">
        <DecisionsNote />
        {(lines.length > 0 || filtered) && (
          <>
            <MessageKinds />
            <MessageFilters />
          </>
        )}
        {phase === 'failed' && (
          <Problem title={t('web:messages.failed')} text={error?.message} hint={error?.hint} code={error?.code}>
            <Button className="mt-1" onClick={() => void load()}>
              {t('web:app.retry')}
            </Button>
          </Problem>
        )}
        {phase === 'loading' && shown.length === 0 && <Skeleton label={t('web:messages.loading')} rows={4} />}
        {phase === 'ready' && shown.length === 0 && filtered && (
          <Empty title={t(onlyDead ? 'web:messages.no_dead' : 'web:messages.no_match')}>
            {onlyDead && t('web:messages.no_dead_hint')}
            <Button className="mt-2" onClick={() => void setFilter(noFilter)}>
              {t('web:app.show_everything')}
            </Button>
          </Empty>
        )}
        {phase === 'ready' && lines.length === 0 && !filtered && (
          <Empty title={t('web:messages.none')}>{t('web:messages.none_hint')}</Empty>
        )}
        {shown.length > 0 && (
          <ol className="space-y-3">
            {shown.map((line) => (
              <li key={line.id}>
                <MessageRow line={line} open={open?.id === line.id ? open : undefined} />
              </li>
            ))}
          </ol>
        )}
        <Older />
      </div>
    </section>
  )
}

/** Tells a screen reader how the open message goes, without reading the list. */
const OpenState = () => {
  const { t } = useTexts<WebTextKey>()
  const state = useMessages(({ open }) => open?.message?.state)
  return (
    <p role="status" className="sr-only">
      {state !== undefined && t('web:detail.state_changed', { state: t(`common:state.${state}`) })}
    </p>
  )
}

const Older = () => {
  const { t } = useTexts<WebTextKey>()
  const nextCursor = useMessages((state) => state.nextCursor)
  const full = useMessages((state) => state.full)
  const older = useMessages((state) => state.older)
  const error = useMessages((state) => state.olderError)
  const loadOlder = useMessages((state) => state.loadOlder)
  if (full) return <p className="text-sm text-muted">{t('web:messages.full', { count: maxLines })}</p>
  if (nextCursor === null) return null
  return (
    <>
      {error && (
        <Problem title={t('web:messages.older_failed')} text={error.message} hint={error.hint} code={error.code} />
      )}
      <Button className="w-full" busy={older === 'loading'} onClick={() => void loadOlder()}>
        {t('web:messages.older')}
      </Button>
    </>
  )
}
