/** One node in the list: how it is, what it is, how much it has to do. Everything it says of itself is untrusted text. */
import type { MeshNode } from '../../../shared/contract/node.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { hrefOf } from '../../stores/route.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Bidi } from '../../ui/Bidi.tsx'
import { cn } from '../../ui/cn.ts'
import { Meter } from '../../ui/Meter.tsx'
import { Problem } from '../../ui/Problem.tsx'
import { TimeAgo } from '../../ui/TimeAgo.tsx'
import { useTexts } from '../../ui/use-texts.ts'
import { gpuText, isFault, machineText, slotsText, tagsOf } from './node-facts.ts'
import { StatusBadge } from './StatusBadge.tsx'
import { Tags } from './Tags.tsx'

const shownTags = 6

export interface NodeCardProps {
  readonly node: MeshNode
  /** Its details are open. */
  readonly open: boolean
}

export const NodeCard = ({ node, open }: NodeCardProps) => {
  const { t, language } = useTexts<WebTextKey>()
  const { capabilities, gateway, load, condition } = node
  const offline = node.status === 'offline'
  const tags = tagsOf(node)
  return (
    <article
      aria-label={node.name}
      className={cn(
        'relative h-full rounded-xl border border-line bg-surface p-4 hover:border-edge has-[h2>a:focus-visible]:outline-2 has-[h2>a:focus-visible]:outline-offset-2 has-[h2>a:focus-visible]:outline-accent',
        open && 'border-accent hover:border-accent',
      )}
    >
      <header className="flex items-center gap-2">
        <h2 className="min-w-0 flex-1 font-medium">
          {/* The whole card is the link. */}
          <a
            href={hrefOf({ page: 'nodes', nodeId: node.id })}
            aria-current={open}
            className="outline-none after:absolute after:inset-0 after:rounded-xl"
          >
            <Bidi text={node.name} />
          </a>
        </h2>
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
      <div className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted">
        <span>{t('web:nodes.skills', { count: capabilities.skills.length })}</span>
        <span>{t('web:nodes.tools', { count: capabilities.tools.length })}</span>
        {tags.length > 0 && <Tags tags={tags} max={shownTags} />}
      </div>
    </article>
  )
}
