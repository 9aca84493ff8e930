/** Every node of the mesh, live. */
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { useNodes } from '../../stores/stores-context.tsx'
import { Button } from '../../ui/Button.tsx'
import { Empty } from '../../ui/Empty.tsx'
import { Problem } from '../../ui/Problem.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'
import { useTexts } from '../../ui/use-texts.ts'
import { isReady } from './node-facts.ts'
import { NodeCard } from './NodeCard.tsx'

export const NodeList = () => {
  const { t } = useTexts<WebTextKey>()
  const nodes = useNodes((state) => state.nodes)
  return (
    <section aria-labelledby="nodes-title">
      <header className="mb-3 flex items-baseline justify-between gap-3">
        <h2 id="nodes-title" className="text-base font-semibold">
          {t('web:nodes.title')}
        </h2>
        {nodes.length > 0 && (
          <p className="text-sm text-muted">
            {t('web:nodes.summary', { ready: nodes.filter(isReady).length, total: nodes.length })}
          </p>
        )}
      </header>
      <Body />
    </section>
  )
}

const Body = () => {
  const { t } = useTexts<WebTextKey>()
  const nodes = useNodes((state) => state.nodes)
  const phase = useNodes((state) => state.phase)
  const error = useNodes((state) => state.error)
  const load = useNodes((state) => state.load)
  return (
    <div className="space-y-3">
      {phase === 'failed' && (
        <Problem title={t('web:nodes.failed')} text={error?.message} hint={error?.hint} code={error?.code}>
          <Button className="mt-1" onClick={() => void load()}>
            {t('web:app.retry')}
          </Button>
        </Problem>
      )}
      {phase === 'loading' && nodes.length === 0 && <Skeleton label={t('web:nodes.loading')} rows={3} />}
      {phase === 'ready' && nodes.length === 0 && (
        <Empty title={t('web:nodes.none')}>
          {t('web:nodes.none_hint')} <code className="rounded bg-sunken px-1.5 py-0.5 text-ink">claw-mesh join</code>
        </Empty>
      )}
      {nodes.length > 0 && (
        <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-1">
          {nodes.map((node) => (
            <li key={node.id} className="min-w-0">
              <NodeCard node={node} />
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
