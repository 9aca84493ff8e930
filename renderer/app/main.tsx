/** Entry of the window, in a browser or in the desktop app: builds the transport and the stores, then shows the page. */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { windowClock } from '../client/clock.ts'
import { createDesktopClient } from '../client/desktop-client.ts'
import { createHttpTransport } from '../client/http-transport.ts'
import { createIpcTransport, findBridge } from '../client/ipc-transport.ts'
import { createVault } from '../client/vault.ts'
import { createStores } from '../stores/create-stores.ts'
import { applyPreferences } from './apply-preferences.ts'
import { createWebI18n } from './i18n.ts'
import { Layout } from './Layout.tsx'
import { Providers } from './Providers.tsx'

const vault = createVault(() => sessionStorage, 'claw-mesh.session')
const bridge = findBridge(window)
const overHttp = () =>
  createHttpTransport({
    origin: location.origin,
    fetch: (input, init) => fetch(input, init),
    openSocket: (url) => new WebSocket(url),
    token: vault.read,
    onUnauthorized: () => page.session.getState().refused(),
  })
const page = createStores({
  transport: bridge ? createIpcTransport(bridge) : overHttp(),
  desktop: bridge && createDesktopClient(bridge),
  clock: windowClock,
  random: Math.random,
  newId: () => crypto.randomUUID(),
  vault,
  preferences: {
    theme: createVault(() => localStorage, 'claw-mesh.theme'),
    language: createVault(() => localStorage, 'claw-mesh.language'),
    preferred: navigator.languages,
  },
})
const texts = createWebI18n(page.preferences.getState().language)
applyPreferences(page.preferences, texts, document.documentElement)
page.start()

// Whoever comes back to the page, or back online, does not wait for the countdown.
const retry = (): void => {
  if (document.visibilityState === 'visible') page.connection.getState().retryNow()
}
addEventListener('online', retry)
document.addEventListener('visibilitychange', retry)

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Providers stores={page} texts={texts}>
        <Layout />
      </Providers>
    </StrictMode>,
  )
}
