/** The name and tags under which this computer joins. */
import { useState } from 'react'
import type { Settings } from '../../../shared/contract/settings.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { useDesktop } from '../../stores/stores-context.tsx'
import { Button } from '../../ui/Button.tsx'
import { Field } from '../../ui/Field.tsx'
import { splitTags } from '../../ui/split-tags.ts'
import { useTexts } from '../../ui/use-texts.ts'

export const MachineForm = ({ node }: { readonly node: Settings['node'] }) => {
  const { t } = useTexts<WebTextKey>()
  const updateSettings = useDesktop((state) => state.updateSettings)
  const busy = useDesktop((state) => state.busy)
  const [name, setName] = useState(node.name)
  const [tags, setTags] = useState(node.tags.join(', '))
  const changed = name.trim() !== node.name || splitTags(tags).join('\n') !== node.tags.join('\n')
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault()
        void updateSettings({ node: { name: name.trim(), tags: splitTags(tags) } })
      }}
    >
      <Field
        label={t('web:node.name')}
        hint={t('web:desktop.name_hint')}
        value={name}
        onChange={(event) => setName(event.target.value)}
        maxLength={64}
        dir="auto"
      />
      <Field
        label={t('web:nodes.tags')}
        hint={t('web:node.tags_hint')}
        value={tags}
        onChange={(event) => setTags(event.target.value)}
        maxLength={4_096}
        dir="auto"
      />
      <Button type="submit" busy={busy === 'settings.update'} disabled={!changed || busy !== undefined}>
        {t('web:app.save')}
      </Button>
    </form>
  )
}
