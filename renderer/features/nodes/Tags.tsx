/** Labels of a node as small chips; past `max` only how many more. */
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { Bidi } from '../../ui/Bidi.tsx'
import { useTexts } from '../../ui/use-texts.ts'

export const Tags = ({ tags, max }: { readonly tags: readonly string[]; readonly max: number }) => {
  const { t } = useTexts<WebTextKey>()
  const more = tags.length - max
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-1" title={tags.join(', ')}>
      <span className="sr-only">{t('web:nodes.tags')}</span>
      {tags.slice(0, max).map((tag) => (
        <Bidi key={tag} text={tag} className="max-w-32 rounded bg-sunken px-1.5 py-0.5 text-xs text-muted" />
      ))}
      {more > 0 && <span>{t('web:nodes.tags_more', { count: more })}</span>}
    </span>
  )
}
