/** Joins the mesh of another coordinator. The tokens go to the app, which keeps them; the window never gets them back. */
import { useState } from 'react'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { useDesktop } from '../../stores/stores-context.tsx'
import { Button } from '../../ui/Button.tsx'
import { Field } from '../../ui/Field.tsx'
import { useTexts } from '../../ui/use-texts.ts'
import { CallProblem } from './CallProblem.tsx'

/** `url`: where this computer is joined already; its tokens are then kept unless new ones are given. */
export const JoinForm = ({ url: joined }: { readonly url?: string | undefined }) => {
  const { t } = useTexts<WebTextKey>()
  const join = useDesktop((state) => state.join)
  const busy = useDesktop((state) => state.busy)
  const [url, setUrl] = useState(joined ?? '')
  const [joinToken, setJoinToken] = useState('')
  const [operatorToken, setOperatorToken] = useState('')
  const again = joined !== undefined && joined === url.trim()
  const ready = url.trim() !== '' && (again ? joinToken + operatorToken !== '' : joinToken.trim() !== '')
  const submit = async (): Promise<void> => {
    const done = await join({
      mode: 'remote',
      url: url.trim(),
      ...(joinToken.trim() === '' ? {} : { join_token: joinToken.trim() }),
      ...(operatorToken.trim() === '' ? {} : { operator_token: operatorToken.trim() }),
    })
    if (!done) return
    setJoinToken('')
    setOperatorToken('')
  }
  const secret = { type: 'password', maxLength: 512 } as const
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) void submit()
      }}
    >
      <Field
        label={t('web:desktop.url')}
        hint={t('web:desktop.url_hint')}
        inputMode="url"
        placeholder="http://localhost:9180"
        value={url}
        onChange={(event) => setUrl(event.target.value)}
        maxLength={2_048}
        required
        className="placeholder:text-muted"
      />
      <Field
        label={t('web:desktop.join_token')}
        hint={t(again ? 'web:desktop.join_token_kept' : 'web:desktop.join_token_hint')}
        {...secret}
        value={joinToken}
        onChange={(event) => setJoinToken(event.target.value)}
      />
      <Field
        label={t('web:desktop.operator_token')}
        hint={t('web:desktop.operator_token_hint')}
        {...secret}
        value={operatorToken}
        onChange={(event) => setOperatorToken(event.target.value)}
      />
      <CallProblem calls={['desktop.join']} />
      <Button type="submit" look="primary" busy={busy === 'desktop.join'} disabled={!ready || busy !== undefined}>
        {t(busy === 'desktop.join' ? 'web:desktop.joining' : again ? 'web:app.save' : 'web:desktop.join')}
      </Button>
    </form>
  )
}
