/** All about one node: how it is and what to do about it, what can be done with it, its load and what it can do. */
import type { ReactNode } from 'react'
import type { MeshNode } from '../../../shared/contract/node.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { hrefOf } from '../../stores/route.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Bidi } from '../../ui/Bidi.tsx'
import { CrossIcon } from '../../ui/icons.tsx'
import { Problem } from '../../ui/Problem.tsx'
import { shortTime } from '../../ui/short-time.ts'
import { useTexts } from '../../ui/use-texts.ts'
import { conditionText, isFault } from './node-facts.ts'
import { NodeActions } from './NodeActions.tsx'
import { NodeAbilities, NodeFacts } from './NodeFacts.tsx'
import { NodeLoad } from './NodeLoad.tsx'
import { StatusBadge } from './StatusBadge.tsx'

export const NodeDetail = ({ node }: { readonly node: MeshNode }) => {
  const { t, language } = useTexts<WebTextKey>()
  const { gateway } = node
  return (
    <section aria-label={node.name} className="space-y-5 rounded-xl border border-line bg-surface p-4 sm:p-5">
      <header>
        <div className="flex items-center gap-2">
          <h2 className="min-w-0 flex-1 text-lg font-semibold">
            <Bidi text={node.name} />
          </h2>
          {gateway.adapter === 'demo' && (
            <Badge tone="accent" title={t('web:nodes.demo_title')}>
              {t('web:nodes.demo')}
            </Badge>
          )}
          <StatusBadge node={node} />
          <a
            href={hrefOf({ page: 'nodes' })}
            aria-label={t('web:app.close')}
            title={t('web:app.close')}
            className="hidden rounded-lg p-1.5 text-muted hover:bg-sunken lg:block"
          >
            <CrossIcon className="size-5" />
          </a>
        </div>
        <p className="mt-0.5 text-sm text-muted">
          {t('web:node.since', {
            status: t(`common:status.${node.status}`),
            time: shortTime(node.status_since, language),
          })}
          {' · '}
          {t(`web:adapter.${gateway.adapter}`)}
          {gateway.version !== undefined && gateway.adapter !== 'demo' && ` ${gateway.version}`}
        </p>
      </header>
      <NodeCondition node={node} />
      <NodeActions node={node} />
      {node.status !== 'offline' && (
        <Part title={t('web:node.load')}>
          <NodeLoad node={node} />
        </Part>
      )}
      <Part title={t('web:node.machine')}>
        <NodeFacts node={node} />
      </Part>
      <NodeAbilities node={node} />
    </section>
  )
}

const Part = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <section>
    <h3 className="mb-1.5 text-xs font-medium text-muted">{title}</h3>
    {children}
  </section>
)

/** Why it does not take messages now and what to do; the gateway's own words, where it has some, come after ours. */
const NodeCondition = ({ node }: { readonly node: MeshNode }) => {
  const { t, language } = useTexts<WebTextKey>()
  const { condition, gateway, status, paused_until } = node
  const said = conditionText(node, t)
  if (!said) return null
  const until = condition === 'paused' ? paused_until : undefined
  return (
    <Problem
      alert={false}
      tone={status !== 'offline' && isFault(condition) ? 'bad' : 'warn'}
      title={said.title}
      text={gateway.problem?.message ?? said.help}
      hint={gateway.problem?.hint ?? (gateway.problem && said.help)}
      code={gateway.problem?.code}
    >
      {until !== undefined && <p>{t('web:node.until', { time: shortTime(until, language) })}</p>}
    </Problem>
  )
}
