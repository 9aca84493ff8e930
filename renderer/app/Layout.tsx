/** The frame of the window: where one can go, whether what is shown is live, and the page of the moment. */
import { useEffect, useRef } from 'react'
import type { WebTextKey } from '../../shared/i18n/en-web.ts'
import { MessagesPage } from '../features/messages/MessagesPage.tsx'
import { NodesPage } from '../features/nodes/NodesPage.tsx'
import { OfflineBanner } from '../features/session/ConnectionStatus.tsx'
import { LoginPage } from '../features/session/LoginPage.tsx'
import { Guide } from '../features/settings/Guide.tsx'
import { LinkDialog } from '../features/settings/LinkDialog.tsx'
import { SettingsPage } from '../features/settings/SettingsPage.tsx'
import { useRoute } from '../stores/route.ts'
import { useDecisions, useDesktop, useSession } from '../stores/stores-context.tsx'
import { useTexts } from '../ui/use-texts.ts'
import { Navigation } from './Navigation.tsx'
import { PreferencesMenu } from './PreferencesMenu.tsx'

export const Layout = () => {
  const signedIn = useSession((state) => state.phase === 'signed_in')
  const inApp = useDesktop((state) => state.present)
  if (signedIn || inApp) return <Mesh />
  return (
    <>
      <header className="flex justify-end px-3 py-2">
        <PreferencesMenu />
      </header>
      <LoginPage />
    </>
  )
}

const Mesh = () => {
  const { t } = useTexts<WebTextKey>()
  const { page } = useRoute()
  const main = useRef<HTMLElement>(null)
  const title = t(`web:${page}.title`)
  const waits = useDecisions(({ ids }) => ids.size)
  useEffect(() => {
    document.title = `${waits > 0 ? `(${waits}) ` : ''}${title} · claw-mesh`
  }, [title, waits])
  useEffect(() => {
    // In braces: newer browsers answer with a promise, which is no clean-up.
    scrollTo(0, 0)
  }, [title])
  return (
    <div className="md:ps-52">
      <button
        type="button"
        onClick={() => main.current?.focus()}
        className="sr-only z-20 rounded-lg bg-surface px-3 py-2 focus:not-sr-only focus:fixed focus:start-3 focus:top-3"
      >
        {t('web:app.skip')}
      </button>
      <Navigation page={page} />
      <OfflineBanner />
      <main ref={main} tabIndex={-1} className="px-4 pt-5 pb-24 outline-none md:px-8 md:pt-7 md:pb-8">
        <div className="mx-auto max-w-6xl">
          <Page />
        </div>
      </main>
      <LinkDialog />
    </div>
  )
}

const Page = () => {
  const { page } = useRoute()
  // In the app there may be no mesh yet, or none that the window may look into.
  const lost = useDesktop(({ present, state }) => present && !state?.window)
  if (page === 'settings') return <SettingsPage />
  if (lost) return <Guide />
  return page === 'messages' ? <MessagesPage /> : <NodesPage />
}
