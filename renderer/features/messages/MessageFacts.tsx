/** The small print of a message: ids, who sent it, how long it took. */
import type { Message } from '../../../shared/contract/message.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { duration } from '../../ui/duration.ts'
import { useTexts } from '../../ui/use-texts.ts'

export const MessageFacts = ({ message }: { readonly message: Message }) => {
  const { t, language } = useTexts<WebTextKey>()
  const { usage, ended_at, created_at, conversation } = message
  const tokens = usage && {
    input: new Intl.NumberFormat(language).format(usage.input_tokens ?? 0),
    output: new Intl.NumberFormat(language).format(usage.output_tokens ?? 0),
  }
  const facts: readonly (readonly [string, string | undefined])[] = [
    [t('web:detail.id'), message.id],
    [t('web:detail.sender'), message.sender],
    [t('web:detail.source'), message.source],
    [t('web:detail.conversation'), conversation && `${conversation} (${t(`common:affinity.${message.affinity}`)})`],
    [t('web:detail.sent_at'), new Date(created_at).toLocaleString(language)],
    [t('web:detail.time'), ended_at && duration(Date.parse(ended_at) - Date.parse(created_at), language)],
    [t('web:detail.tokens'), tokens && t('web:detail.tokens_text', tokens)],
  ]
  return (
    <details className="text-sm">
      <summary className="w-fit rounded text-xs font-medium text-muted">{t('web:detail.facts')}</summary>
      <dl className="mt-2 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
        {facts.map(
          ([name, value]) =>
            value !== undefined && (
              <div key={name} className="contents">
                <dt className="text-muted">{name}</dt>
                <dd dir="auto" className="wrap-anywhere">
                  {value}
                </dd>
              </div>
            ),
        )}
      </dl>
    </details>
  )
}
