/** Trades the page password for a session. */
import { type SyntheticEvent, useState } from 'react'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { useSession } from '../../stores/stores-context.tsx'
import { Button } from '../../ui/Button.tsx'
import { LogoIcon } from '../../ui/icons.tsx'
import { Problem } from '../../ui/Problem.tsx'
import { useTexts } from '../../ui/use-texts.ts'

export const LoginPage = () => {
  const { t } = useTexts<WebTextKey>()
  const [password, setPassword] = useState('')
  const [visible, setVisible] = useState(false)
  const busy = useSession((state) => state.phase === 'signing_in')
  const login = useSession((state) => state.login)
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault()
    if (password !== '') void login(password)
  }
  return (
    <main className="mx-auto flex min-h-[80dvh] w-full max-w-sm flex-col justify-center px-4 py-8">
      <div className="mb-6 flex items-center gap-3">
        <span className="rounded-xl bg-accent p-2 text-on-accent">
          <LogoIcon className="size-6" />
        </span>
        <div>
          <p className="text-lg font-semibold">claw-mesh</p>
          <p className="text-sm text-muted">{t('web:app.tagline')}</p>
        </div>
      </div>
      <form onSubmit={submit} className="space-y-4 rounded-2xl border border-line bg-surface p-5">
        <h1 className="text-base font-semibold">{t('web:session.title')}</h1>
        <Notice />
        <div>
          <label htmlFor="password" className="text-sm font-medium">
            {t('web:session.password')}
          </label>
          <div className="mt-1.5 flex gap-2">
            <input
              id="password"
              type={visible ? 'text' : 'password'}
              value={password}
              onChange={(event) => setPassword(event.target.value)}
              autoComplete="current-password"
              autoFocus
              required
              maxLength={1_024}
              aria-describedby="password-help"
              className="min-h-10 w-full min-w-0 rounded-lg border border-edge bg-surface px-3"
            />
            <Button
              aria-label={t('web:session.show_password')}
              aria-pressed={visible}
              onClick={() => setVisible(!visible)}
            >
              {t(visible ? 'web:session.hide' : 'web:session.show')}
            </Button>
          </div>
          <p id="password-help" className="mt-2 text-sm text-muted">
            {t('web:session.help')}{' '}
            <code className="rounded bg-sunken px-1 whitespace-nowrap text-ink">claw-mesh init --reset-password</code>
          </p>
        </div>
        <Button type="submit" look="primary" busy={busy} className="w-full">
          {t(busy ? 'web:session.signing_in' : 'web:session.sign_in')}
        </Button>
      </form>
    </main>
  )
}

const Notice = () => {
  const { t } = useTexts<WebTextKey>()
  const error = useSession((state) => state.error)
  const ended = useSession((state) => state.ended)
  if (error?.code === 'unauthorized') {
    return <Problem title={t('web:session.wrong')} hint={t('web:session.wrong_hint')} />
  }
  if (error) {
    return <Problem title={t(`common:error.${error.code}`)} text={error.message} hint={error.hint} code={error.code} />
  }
  if (ended) return <Problem tone="warn" title={t('web:session.ended')} hint={t('web:session.ended_hint')} />
  return null
}
