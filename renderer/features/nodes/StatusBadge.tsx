/** Online, busy or offline: a shape, a word and a colour; the sign warns where a reachable node cannot answer. */
import type { MeshNode } from '../../../shared/contract/node.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { Badge } from '../../ui/Badge.tsx'
import { CheckIcon, HalfIcon, SlashIcon, WarnIcon } from '../../ui/icons.tsx'
import { useTexts } from '../../ui/use-texts.ts'
import { isFault } from './node-facts.ts'

const looks = {
  online: { tone: 'good', Icon: CheckIcon },
  busy: { tone: 'warn', Icon: HalfIcon },
  offline: { tone: 'neutral', Icon: SlashIcon },
} as const
const faulty = { tone: 'bad', Icon: WarnIcon } as const

export const StatusBadge = ({ node }: { readonly node: MeshNode }) => {
  const { t } = useTexts<WebTextKey>()
  const { status, condition } = node
  const { tone, Icon } = status !== 'offline' && isFault(condition) ? faulty : looks[status]
  return (
    <Badge tone={tone} icon={<Icon className="size-3.5" />}>
      {t(`common:status.${status}`)}
    </Badge>
  )
}
