/** Where a message stands: a shape, a word and a colour. */
import type { MessageState } from '../../../shared/contract/message.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { Badge, type Tone } from '../../ui/Badge.tsx'
import { CheckIcon, ClockIcon, CrossIcon, type IconProps, SpinnerIcon, StopIcon, WarnIcon } from '../../ui/icons.tsx'
import { useTexts } from '../../ui/use-texts.ts'

const looks: Record<MessageState, { readonly tone: Tone; readonly Icon: (props: IconProps) => React.JSX.Element }> = {
  queued: { tone: 'neutral', Icon: ClockIcon },
  offered: { tone: 'accent', Icon: SpinnerIcon },
  started: { tone: 'accent', Icon: SpinnerIcon },
  running: { tone: 'accent', Icon: SpinnerIcon },
  succeeded: { tone: 'good', Icon: CheckIcon },
  failed: { tone: 'bad', Icon: CrossIcon },
  cancelled: { tone: 'neutral', Icon: StopIcon },
  interrupted: { tone: 'warn', Icon: WarnIcon },
  expired: { tone: 'bad', Icon: ClockIcon },
}

export const StateBadge = ({ state }: { readonly state: MessageState }) => {
  const { t } = useTexts<WebTextKey>()
  const { tone, Icon } = looks[state]
  return (
    <Badge tone={tone} icon={<Icon className="size-3.5" />}>
      {t(`common:state.${state}`)}
    </Badge>
  )
}
