/** Which messages are listed: by state, by node, by words in them. */
import { deadStates, MessageState } from '../../../shared/contract/message.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { useMessages, useNodes } from '../../stores/stores-context.tsx'
import { fieldLook } from '../../ui/Field.tsx'
import { Segments } from '../../ui/Segments.tsx'
import { Select } from '../../ui/Select.tsx'
import { useTexts } from '../../ui/use-texts.ts'

const states: readonly MessageState[] = MessageState.enum

export const MessageFilters = () => {
  const { t } = useTexts<WebTextKey>()
  const filter = useMessages((state) => state.filter)
  const setFilter = useMessages((state) => state.setFilter)
  const nodes = useNodes((state) => state.nodes)
  return (
    <div role="search" className="grid grid-cols-2 gap-2 sm:grid-cols-[minmax(0,1fr)_auto_auto]">
      <input
        type="search"
        aria-label={t('web:messages.search')}
        placeholder={t('web:messages.search')}
        value={filter.text}
        onChange={(event) => void setFilter({ text: event.target.value })}
        className={`${fieldLook} placeholder:text-muted max-sm:col-span-2`}
      />
      <Select
        aria-label={t('web:messages.by_state')}
        value={filter.state ?? ''}
        onChange={(value) => void setFilter({ state: states.find((each) => each === value) })}
        options={[
          { value: '', label: t('web:messages.every_state') },
          ...(filter.dead === true ? deadStates : states).map((value) => ({
            value,
            label: t(`common:state.${value}`),
          })),
        ]}
      />
      <Select
        aria-label={t('web:messages.by_node')}
        value={filter.nodeId ?? ''}
        onChange={(value) => void setFilter({ nodeId: value === '' ? undefined : value })}
        options={[
          { value: '', label: t('web:messages.every_node') },
          ...nodes.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        className="truncate sm:max-w-48"
      />
    </div>
  )
}

/** Everything, or only what ended without an answer that nobody called off. */
export const MessageKinds = () => {
  const { t } = useTexts<WebTextKey>()
  const dead = useMessages((state) => state.filter.dead === true)
  const setFilter = useMessages((state) => state.setFilter)
  return (
    <div className="space-y-1.5">
      <div className="sm:max-w-72">
        <Segments
          label={t('web:messages.which')}
          value={dead ? 'dead' : 'all'}
          options={[
            { value: 'all', label: t('web:messages.all') },
            { value: 'dead', label: t('web:messages.dead') },
          ]}
          onChange={(value) => void setFilter({ dead: value === 'dead' ? true : undefined, state: undefined })}
        />
      </div>
      {dead && <p className="text-xs text-muted">{t('web:messages.dead_hint')}</p>}
    </div>
  )
}
