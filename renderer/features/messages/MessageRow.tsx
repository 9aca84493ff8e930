/** One message as a line that opens to its details. */
import { useEffect, useRef } from 'react'
import type { MessageSummary } from '../../../shared/contract/message.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import type { OpenMessage } from '../../stores/open-message.ts'
import { useMessages } from '../../stores/stores-context.tsx'
import { Bidi } from '../../ui/Bidi.tsx'
import { ChevronIcon } from '../../ui/icons.tsx'
import { TimeAgo } from '../../ui/TimeAgo.tsx'
import { useTexts } from '../../ui/use-texts.ts'
import { MessageDetail } from './MessageDetail.tsx'
import { StateBadge } from './StateBadge.tsx'
import { Waiting } from './Waiting.tsx'

export interface MessageRowProps {
  readonly line: MessageSummary
  /** Its details, when it is the open one. */
  readonly open: OpenMessage | undefined
}

export const MessageRow = ({ line, open }: MessageRowProps) => {
  const { t, language } = useTexts<WebTextKey>()
  const show = useMessages((state) => state.show)
  const article = useRef<HTMLElement>(null)
  const isOpen = open !== undefined
  // What was just sent or opened may be below the edge of a small screen.
  useEffect(() => {
    if (isOpen) article.current?.scrollIntoView({ block: 'nearest' })
  }, [isOpen])
  const detailId = `message-${line.id}`
  const preview = line.error ? `${t(`common:error.${line.error.code}`)}: ${line.error.message}` : line.response_excerpt
  return (
    <article ref={article} className="scroll-mt-16 scroll-mb-40 rounded-xl border border-line bg-surface">
      <h3>
        <button
          type="button"
          id={`line-${line.id}`}
          aria-expanded={open !== undefined}
          aria-controls={open && detailId}
          onClick={() => void show(open ? undefined : line.id)}
          className="block w-full rounded-xl px-4 py-3 text-start hover:bg-sunken"
        >
          <span className="flex items-start gap-3">
            <span
              dir="auto"
              className={`min-w-0 flex-1 font-medium wrap-anywhere ${open ? 'line-clamp-6' : 'line-clamp-2'}`}
            >
              {line.excerpt}
            </span>
            <ChevronIcon className={`mt-1 size-4 text-muted transition-transform ${open ? 'rotate-180' : ''}`} />
          </span>
          {preview !== undefined && !open && (
            <span
              dir="auto"
              className="mt-0.5 line-clamp-2 text-sm first-letter:uppercase font-normal wrap-anywhere text-muted"
            >
              {preview}
            </span>
          )}
          <span className="mt-2 flex flex-wrap items-center gap-x-2.5 gap-y-1 text-xs font-normal text-muted">
            <StateBadge state={line.state} />
            {line.node_name === undefined ? (
              <span>{t('web:messages.no_node')}</span>
            ) : (
              <Bidi text={line.node_name} className="max-w-40" />
            )}
            {line.waiting && <Waiting waiting={line.waiting} />}
            {line.replayed_as !== undefined && <span>{t('web:messages.sent_again')}</span>}
            <TimeAgo at={line.created_at} language={language} justNow={t('web:app.just_now')} />
          </span>
        </button>
      </h3>
      <div id={detailId}>{open && <MessageDetail open={open} />}</div>
    </article>
  )
}
