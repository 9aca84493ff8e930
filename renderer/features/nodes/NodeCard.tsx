/** One node: how it is, what it is, how much it has to do. Everything it says of itself is untrusted text. */
import type { MeshNode } from '../../../shared/contract/node.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Bidi } from '../../ui/Bidi.tsx'
import { Meter } from '../../ui/Meter.tsx'
import { Problem } from '../../ui/Problem.tsx'
import { TimeAgo } from '../../ui/TimeAgo.tsx'
import { useTexts } from '../../ui/use-texts.ts'
import { gpuText, isFault, machineText, slotsText } from './node-facts.ts'
import { StatusBadge } from './StatusBadge.tsx'

const shownTags = 6

export const NodeCard = ({ node }: { readonly node: MeshNode }) => {
  const { t, language } = useTexts<WebTextKey>()
  const { capabilities, gateway, load, condition } = node
  const offline = node.status === 'offline'
  return (
    <article className="rounded-xl border border-line bg-surface p-4" aria-label={node.name}>
      <header className="flex items-center gap-2">
        <h3 className="min-w-0 flex-1 font-medium">
          <Bidi text={node.name} />
        </h3>
        {gateway.adapter === 'demo' && (
          <Badge tone="accent" title={t('web:nodes.demo_title')}>
            {t('web:nodes.demo')}
          </Badge>
        )}
        <StatusBadge node={node} />
      </header>
      <p className="mt-1 text-xs text-muted">
        {t(`web:adapter.${gateway.adapter}`)}
        {gateway.version !== undefined && gateway.adapter !== 'demo' && ` ${gateway.version}`}
        {offline && (
          <>
            {' · '}
            {t('common:status.offline')}{' '}
            <TimeAgo at={node.status_since} language={language} justNow={t('web:app.just_now')} />
          </>
        )}
      </p>
      {!offline && condition !== 'ok' && (
        <div className="mt-3">
          <Problem
            alert={false}
            tone={isFault(condition) ? 'bad' : 'warn'}
            title={t(`common:condition.${condition}`)}
            text={gateway.problem?.message}
            hint={gateway.problem?.hint}
          />
        </div>
      )}
      <p className="mt-2 text-sm text-muted">
        {machineText(node, t)}
        {!capabilities.gpu && ` · ${t('web:nodes.no_gpu')}`}
      </p>
      {capabilities.gpu && (
        <p className="truncate text-sm text-muted" dir="auto" title={gpuText(node, t)}>
          {gpuText(node, t)}
        </p>
      )}
      {!offline && (
        <div className="mt-3">
          <Meter label={t('web:nodes.slots')} text={slotsText(node, t)} value={load.running} max={load.slots} />
        </div>
      )}
      <p className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted">
        <span>{t('web:nodes.skills', { count: capabilities.skills.length })}</span>
        <span>{t('web:nodes.tools', { count: capabilities.tools.length })}</span>
        {capabilities.tags.length > 0 && <Tags tags={capabilities.tags} />}
      </p>
    </article>
  )
}

const Tags = ({ tags }: { readonly tags: readonly string[] }) => {
  const { t } = useTexts<WebTextKey>()
  const more = tags.length - shownTags
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-1" title={tags.join(', ')}>
      <span className="sr-only">{t('web:nodes.tags')}</span>
      {tags.slice(0, shownTags).map((tag) => (
        <Bidi key={tag} text={tag} className="max-w-32 rounded bg-sunken px-1.5 py-0.5" />
      ))}
      {more > 0 && <span>{t('web:nodes.tags_more', { count: more })}</span>}
    </span>
  )
}
