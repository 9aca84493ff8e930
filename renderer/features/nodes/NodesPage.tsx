/** The nodes, and beside them (or, where it is narrow, instead of them) the details of one. */
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { hrefOf, useRoute } from '../../stores/route.ts'
import { useNodes } from '../../stores/stores-context.tsx'
import { Empty } from '../../ui/Empty.tsx'
import { BackIcon } from '../../ui/icons.tsx'
import { useTexts } from '../../ui/use-texts.ts'
import { isReady } from './node-facts.ts'
import { NodeDetail } from './NodeDetail.tsx'
import { NodeList } from './NodeList.tsx'

export const NodesPage = () => {
  const { t } = useTexts<WebTextKey>()
  const { nodeId } = useRoute()
  const nodes = useNodes((state) => state.nodes)
  const phase = useNodes((state) => state.phase)
  const node = nodes.find(({ id }) => id === nodeId)
  // While the nodes are read nobody knows whether it is there.
  const openId = phase === 'loading' && nodes.length === 0 ? undefined : nodeId
  const open = openId !== undefined
  return (
    <>
      <header className={`mb-4 flex items-baseline justify-between gap-3 ${open ? 'max-lg:sr-only' : ''}`}>
        <h1 className="text-xl font-semibold">{t('web:nodes.title')}</h1>
        {nodes.length > 0 && (
          <p className="text-sm text-muted">
            {t('web:nodes.summary', { ready: nodes.filter(isReady).length, total: nodes.length })}
          </p>
        )}
      </header>
      <div className={open ? 'grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.35fr)]' : ''}>
        <div className={open ? 'min-w-0 max-lg:hidden' : ''}>
          <NodeList openId={openId} />
        </div>
        {open && (
          <div className="min-w-0 lg:sticky lg:top-6">
            <a
              href={hrefOf({ page: 'nodes' })}
              className="mb-3 inline-flex min-h-9 items-center gap-1 rounded-lg pe-2 text-sm text-muted hover:text-ink lg:hidden"
            >
              <BackIcon />
              {t('web:nodes.all')}
            </a>
            {node ? (
              // Another node begins with nothing half typed or half asked.
              <NodeDetail key={node.id} node={node} />
            ) : (
              <Empty title={t('web:nodes.gone')}>{t('web:nodes.gone_hint')}</Empty>
            )}
          </div>
        )}
      </div>
    </>
  )
}
