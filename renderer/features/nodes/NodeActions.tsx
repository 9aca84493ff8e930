/** What can be done with a node. Who may not do it sees why. */
import { useId, useState } from 'react'
import type { MeshError } from '../../../shared/contract/error.ts'
import type { AdminState, MeshNode } from '../../../shared/contract/node.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import type { NodeChange } from '../../stores/nodes.ts'
import { hrefOf } from '../../stores/route.ts'
import { useNodes, useSession } from '../../stores/stores-context.tsx'
import { Button, buttonLook } from '../../ui/Button.tsx'
import { Menu } from '../../ui/Menu.tsx'
import { Problem } from '../../ui/Problem.tsx'
import { useTexts } from '../../ui/use-texts.ts'
import { EditNode } from './EditNode.tsx'
import { KickNode } from './KickNode.tsx'
import { untilTomorrowS } from './node-facts.ts'

export const NodeActions = ({ node }: { readonly node: MeshNode }) => {
  const { t } = useTexts<WebTextKey>()
  const scope = useSession((state) => state.scope)
  const update = useNodes((state) => state.update)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<MeshError>()
  const reasonId = useId()
  const mayNot = scope !== 'admin'
  const { admin } = node

  const change = async (part: Omit<NodeChange, 'node_id'>): Promise<boolean> => {
    setBusy(true)
    const failure = await update({ node_id: node.id, ...part })
    setError(failure)
    setBusy(false)
    return failure === undefined
  }
  const common = { disabled: mayNot || busy, ...(mayNot ? { 'aria-describedby': reasonId } : {}) }
  const act = (label: string, state: Exclude<AdminState, 'paused'>) => (
    <Button {...common} title={t(`web:node.${state}_title`)} onClick={() => void change({ admin: state })}>
      {label}
    </Button>
  )
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap gap-2">
        <a href={hrefOf({ page: 'messages', nodeId: node.id })} className={buttonLook({ look: 'primary' })}>
          {t('web:node.chat')}
        </a>
        {admin === 'active' && (
          <Menu
            label={t('web:node.pause')}
            disabled={mayNot || busy}
            describedBy={mayNot ? reasonId : undefined}
            items={[
              {
                label: t('web:node.pause_hour'),
                onSelect: () => void change({ admin: 'paused', pause_for_s: 3_600 }),
              },
              {
                label: t('web:node.pause_tomorrow'),
                onSelect: () => void change({ admin: 'paused', pause_for_s: untilTomorrowS(new Date()) }),
              },
              { label: t('web:node.pause_open'), onSelect: () => void change({ admin: 'paused' }) },
            ]}
          />
        )}
        {admin !== 'active' && act(t(admin === 'paused' ? 'web:node.resume' : 'web:node.enable'), 'active')}
        {(admin === 'active' || admin === 'paused') && act(t('web:node.drain'), 'draining')}
        {admin !== 'disabled' && act(t('web:node.disable'), 'disabled')}
        <EditNode node={node} {...common} save={change} error={error} />
        <KickNode node={node} {...common} />
      </div>
      {mayNot && (
        <p id={reasonId} className="text-sm text-muted">
          {scope === undefined ? t('web:node.asking') : t('web:node.admin_only', { scope: t(`web:scope.${scope}`) })}
        </p>
      )}
      {error && <Problem title={t('web:node.failed')} text={error.message} hint={error.hint} code={error.code} />}
    </div>
  )
}
