/** Removes a node and its token, once its name was typed. */
import { useState } from 'react'
import type { MeshError } from '../../../shared/contract/error.ts'
import type { MeshNode } from '../../../shared/contract/node.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { navigate } from '../../stores/route.ts'
import { useNodes } from '../../stores/stores-context.tsx'
import { Button, type ButtonProps } from '../../ui/Button.tsx'
import { Confirm } from '../../ui/Dialog.tsx'
import { Field } from '../../ui/Field.tsx'
import { Problem } from '../../ui/Problem.tsx'
import { useTexts } from '../../ui/use-texts.ts'

export interface KickNodeProps extends Pick<ButtonProps, 'disabled' | 'aria-describedby'> {
  readonly node: MeshNode
}

export const KickNode = ({ node, ...rest }: KickNodeProps) => {
  const { t } = useTexts<WebTextKey>()
  const remove = useNodes((state) => state.remove)
  const [open, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<MeshError>()
  const sure = folded(typed) === folded(node.name)
  const show = (next: boolean): void => {
    setOpen(next)
    setTyped('')
    setError(undefined)
  }
  const kick = async (): Promise<void> => {
    setBusy(true)
    const failure = await remove(node.id)
    setBusy(false)
    setError(failure)
    if (!failure) navigate({ page: 'nodes' })
  }
  return (
    <>
      <Button {...rest} className="text-bad" onClick={() => show(true)}>
        {t('web:node.kick')}
      </Button>
      <Confirm
        open={open}
        onOpenChange={show}
        title={t('web:node.kick_title', { name: node.name })}
        text={t('web:node.kick_text')}
        cancel={t('web:app.cancel')}
        action={
          <Button look="danger" disabled={!sure} busy={busy} onClick={() => void kick()}>
            {t('web:node.kick')}
          </Button>
        }
      >
        <div className="mt-4 space-y-3">
          {node.in_flight > 0 && (
            <p className="text-sm text-warn">{t('web:node.kick_busy', { count: node.in_flight })}</p>
          )}
          <Field
            label={t('web:node.kick_type')}
            hint={node.name}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            dir="auto"
          />
          {error && <Problem title={t('web:node.failed')} text={error.message} hint={error.hint} code={error.code} />}
        </div>
      </Confirm>
    </>
  )
}

const folded = (name: string): string => name.normalize('NFKC').trim().toLowerCase()
