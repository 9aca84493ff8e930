/** The frame of the page: header, banner, and the screens, side by side or, where it is narrow, one at a time. */
import { useState } from 'react'
import type { WebTextKey } from '../../shared/i18n/en-web.ts'
import { Composer } from '../features/messages/Composer.tsx'
import { MessageList } from '../features/messages/MessageList.tsx'
import { NodeList } from '../features/nodes/NodeList.tsx'
import { ConnectionBadge, OfflineBanner } from '../features/session/ConnectionStatus.tsx'
import { LoginPage } from '../features/session/LoginPage.tsx'
import { useSession } from '../stores/stores-context.tsx'
import { Button } from '../ui/Button.tsx'
import { LogoIcon } from '../ui/icons.tsx'
import { useTexts } from '../ui/use-texts.ts'
import { PreferencesMenu } from './PreferencesMenu.tsx'

export const Layout = () => {
  const signedIn = useSession((state) => state.phase === 'signed_in')
  if (signedIn) return <Mesh />
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
  const logout = useSession((state) => state.logout)
  const [view, setView] = useState<View>('messages')
  return (
    <>
      <a
        href="#compose"
        className="sr-only z-20 rounded-lg bg-surface px-3 py-2 focus:not-sr-only focus:fixed focus:start-3 focus:top-3"
      >
        {t('web:app.skip')}
      </a>
      <header className="sticky top-0 z-10 bg-surface">
        <div className="border-b border-line">
          <div className="mx-auto flex min-h-13 max-w-7xl items-center gap-2 px-4 py-1.5">
            <span className="rounded-lg bg-accent p-1 text-on-accent">
              <LogoIcon className="size-5" />
            </span>
            <h1 className="font-semibold whitespace-nowrap max-[24rem]:sr-only">claw-mesh</h1>
            <ConnectionBadge />
            <div className="ms-auto flex items-center gap-1">
              <PreferencesMenu />
              <Button look="quiet" onClick={() => void logout()}>
                {t('web:session.sign_out')}
              </Button>
            </div>
          </div>
        </div>
        <OfflineBanner />
      </header>
      <ViewSwitch view={view} onChange={setView} />
      <main className="mx-auto grid max-w-7xl gap-6 px-4 py-5 lg:grid-cols-[22rem_minmax(0,1fr)] lg:items-start">
        <div className={`min-w-0 space-y-6 lg:order-2 ${view === 'messages' ? '' : 'max-lg:hidden'}`}>
          <Composer />
          <MessageList />
        </div>
        <div
          className={`min-w-0 lg:sticky lg:top-19 lg:order-1 lg:max-h-[calc(100dvh-6rem)] lg:overflow-y-auto ${view === 'nodes' ? '' : 'max-lg:hidden'}`}
        >
          <NodeList />
        </div>
      </main>
    </>
  )
}

type View = 'messages' | 'nodes'
const views: readonly View[] = ['messages', 'nodes']

const ViewSwitch = ({ view, onChange }: { readonly view: View; readonly onChange: (view: View) => void }) => {
  const { t } = useTexts<WebTextKey>()
  return (
    <nav aria-label={t('web:app.view')} className="flex border-b border-line bg-surface px-4 lg:hidden">
      {views.map((each) => (
        <button
          key={each}
          type="button"
          aria-current={each === view}
          onClick={() => onChange(each)}
          className="-mb-px flex-1 border-b-2 border-transparent py-2.5 text-sm text-muted aria-[current=true]:border-accent aria-[current=true]:font-medium aria-[current=true]:text-ink"
        >
          {t(`web:${each}.title`)}
        </button>
      ))}
    </nav>
  )
}
