/** Every node of the mesh, live, with a search and a filter. */
import { useState } from 'react'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { useNodes } from '../../stores/stores-context.tsx'
import { Button } from '../../ui/Button.tsx'
import { Empty } from '../../ui/Empty.tsx'
import { fieldLook } from '../../ui/Field.tsx'
import { Problem } from '../../ui/Problem.tsx'
import { Select } from '../../ui/Select.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'
import { useTexts } from '../../ui/use-texts.ts'
import { findNodes, type StateFilter, stateFilters } from './node-facts.ts'
import { NodeCard } from './NodeCard.tsx'
import { NoNodes } from './NoNodes.tsx'

export const NodeList = ({ openId }: { readonly openId?: string | undefined }) => {
  const { t } = useTexts<WebTextKey>()
  const nodes = useNodes((state) => state.nodes)
  const phase = useNodes((state) => state.phase)
  const error = useNodes((state) => state.error)
  const load = useNodes((state) => state.load)
  const [search, setSearch] = useState('')
  const [state, setState] = useState<StateFilter>('all')
  const found = findNodes(nodes, search, state)
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
      {phase === 'ready' && nodes.length === 0 && <NoNodes />}
      {nodes.length > 0 && (
        <div className="flex gap-2">
          <input
            type="search"
            aria-label={t('web:nodes.search')}
            placeholder={t('web:nodes.search')}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            className={`${fieldLook} flex-1 placeholder:text-muted`}
          />
          <Select
            aria-label={t('web:nodes.filter')}
            value={state}
            onChange={(value) => setState(stateFilters.find((each) => each === value) ?? 'all')}
            options={stateFilters.map((value) => ({ value, label: t(`web:nodes.show.${value}`) }))}
            className="w-auto max-w-[45%]"
          />
        </div>
      )}
      {nodes.length > 0 && found.length === 0 && (
        <Empty title={t('web:nodes.no_match')}>
          <Button
            className="mt-2"
            onClick={() => {
              setSearch('')
              setState('all')
            }}
          >
            {t('web:app.show_everything')}
          </Button>
        </Empty>
      )}
      <ul className={`grid gap-3 ${openId === undefined ? 'sm:grid-cols-2 xl:grid-cols-3' : ''}`}>
        {found.map((node) => (
          <li key={node.id} className="min-w-0">
            <NodeCard node={node} open={node.id === openId} />
          </li>
        ))}
      </ul>
    </div>
  )
}
