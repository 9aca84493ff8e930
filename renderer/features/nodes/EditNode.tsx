/** Changes a node's name and the tags that an admin gives it. */
import { useState } from 'react'
import type { MeshError } from '../../../shared/contract/error.ts'
import type { MeshNode } from '../../../shared/contract/node.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import type { NodeChange } from '../../stores/nodes.ts'
import { Button, type ButtonProps } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Field } from '../../ui/Field.tsx'
import { Problem } from '../../ui/Problem.tsx'
import { splitTags } from '../../ui/split-tags.ts'
import { useTexts } from '../../ui/use-texts.ts'

export interface EditNodeProps extends Pick<ButtonProps, 'disabled' | 'aria-describedby'> {
  readonly node: MeshNode
  readonly save: (change: Pick<NodeChange, 'name' | 'tags'>) => Promise<boolean>
  readonly error: MeshError | undefined
}

export const EditNode = ({ node, save, error, ...rest }: EditNodeProps) => {
  const { t } = useTexts<WebTextKey>()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button {...rest} onClick={() => setOpen(true)}>
        {t('web:node.edit')}
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={t('web:node.edit_title')} text={t('web:node.edit_text')}>
        <EditForm node={node} save={save} error={error} close={() => setOpen(false)} />
      </Dialog>
    </>
  )
}

interface FormProps extends Pick<EditNodeProps, 'node' | 'save' | 'error'> {
  readonly close: () => void
}

const EditForm = ({ node, save, error, close }: FormProps) => {
  const { t } = useTexts<WebTextKey>()
  const [name, setName] = useState(node.name)
  const [tags, setTags] = useState(node.admin_tags.join(', '))
  const [state, setState] = useState<'idle' | 'saving' | 'failed'>('idle')
  const submit = async (): Promise<void> => {
    setState('saving')
    const named = name.trim() === node.name ? {} : { name: name.trim() }
    if (await save({ ...named, tags: splitTags(tags) })) close()
    else setState('failed')
  }
  return (
    <form
      className="mt-4 space-y-4"
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <Field
        label={t('web:node.name')}
        value={name}
        onChange={(event) => setName(event.target.value)}
        required
        maxLength={64}
        dir="auto"
      />
      <Field
        label={t('web:nodes.tags')}
        hint={
          node.capabilities.tags.length > 0
            ? t('web:node.tags_hint_own', { tags: node.capabilities.tags.join(', ') })
            : t('web:node.tags_hint')
        }
        value={tags}
        onChange={(event) => setTags(event.target.value)}
        maxLength={4_096}
        dir="auto"
      />
      {state === 'failed' && error && (
        <Problem title={t('web:node.failed')} text={error.message} hint={error.hint} code={error.code} />
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={close}>{t('web:app.cancel')}</Button>
        <Button type="submit" look="primary" busy={state === 'saving'} disabled={name.trim() === ''}>
          {t('web:app.save')}
        </Button>
      </div>
    </form>
  )
}
