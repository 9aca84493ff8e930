/** How much a node has to do, as it counts itself. */
import type { MeshNode } from '../../../shared/contract/node.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { Meter } from '../../ui/Meter.tsx'
import { useTexts } from '../../ui/use-texts.ts'
import { slotsText } from './node-facts.ts'

export const NodeLoad = ({ node }: { readonly node: MeshNode }) => {
  const { t, language } = useTexts<WebTextKey>()
  const { load, in_flight } = node
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 })
  const shares = [
    [t('web:node.cpu'), load.cpu],
    [t('web:node.memory_use'), load.memory],
    [t('web:nodes.gpu'), load.gpu],
  ] as const
  return (
    <div className="space-y-2">
      <Meter wide label={t('web:nodes.slots')} text={slotsText(node, t)} value={load.running} max={load.slots} />
      {shares.map(
        ([label, value]) =>
          value !== undefined && (
            <Meter wide key={label} label={label} text={percent.format(value)} value={value} max={1} />
          ),
      )}
      <p className="text-xs text-muted">
        {t('web:node.in_flight', { count: in_flight })}
        {load.on_battery && ` · ${t('web:node.on_battery')}`}
      </p>
    </div>
  )
}
