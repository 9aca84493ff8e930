/** The desktop app: finds its places, starts what is switched on, and stops it all before it ends. */
import { mkdirSync } from 'node:fs'
import { app, dialog, protocol, shell } from 'electron'
import { MeshError } from '../../shared/contract/error.ts'
import { findHome } from '../../shared/core/platform/home.ts'
import { linkIn, linkScheme } from '../shell/links/join-link.ts'
import { appScheme } from '../shell/windows/app-protocol.ts'
import { guardContents } from '../shell/windows/guard-contents.ts'
import { DesktopApp } from './desktop-app.ts'
import { openLog } from './log.ts'
import { appPlaces, chromiumData } from './places.ts'
import { onQuitSignals } from './quit-signals.ts'

const stopWithinMs = 5_000
/** As a shell says of a program that Ctrl-C ended. */
const interruptedCode = 130

const home = findHome(process.env)
// Before anything asks for it: the lock of the single instance lies there.
mkdirSync(chromiumData(home), { recursive: true, mode: 0o700 })
app.setPath('userData', chromiumData(home))
protocol.registerSchemesAsPrivileged([
  { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
])

if (app.requestSingleInstanceLock()) run()
else app.quit()

function run(): void {
  const log = openLog(home.log)
  const places = appPlaces(import.meta.dirname)
  const desktop = new DesktopApp({ home, log, places, argv: process.argv })
  let ready = false
  let firstLink = linkIn(process.argv)
  const openLink = (link: string): void => {
    if (ready) desktop.openLink(link)
    else firstLink = link
  }
  let stopping: Promise<void> | undefined
  let stopped = false

  const stop = async (): Promise<void> => {
    const late = setTimeout(() => app.exit(1), stopWithinMs)
    await desktop.stop().catch((error: unknown) => log.error({ err: error }, 'The app did not stop in order.'))
    clearTimeout(late)
    stopped = true
    app.quit()
  }

  onQuitSignals({
    on: (signal, listener) => process.on(signal, listener),
    now: () => performance.now(),
    quit: () => app.quit(),
    quitNow: () => app.exit(interruptedCode),
  })
  app.on('web-contents-created', (_, contents) =>
    guardContents(contents, (url) => void shell.openExternal(url).catch(() => undefined)),
  )
  app.on('second-instance', (_, argv) => {
    const link = linkIn(argv)
    if (link !== undefined) openLink(link)
    else if (ready) desktop.show()
  })
  app.on('open-url', (event, link) => {
    event.preventDefault()
    openLink(link)
  })
  app.on('activate', () => {
    if (ready) desktop.show()
  })
  // It lives in the tray.
  app.on('window-all-closed', () => undefined)
  app.on('before-quit', (event) => {
    if (stopped) return
    event.preventDefault()
    stopping ??= stop()
  })
  app
    .whenReady()
    .then(async () => {
      app.setAsDefaultProtocolClient(linkScheme, process.execPath, app.isPackaged ? [] : [places.root])
      ready = true
      await desktop.start()
      if (firstLink !== undefined) desktop.openLink(firstLink)
    })
    .catch((error: unknown) => {
      log.error({ err: error }, 'The app could not start.')
      const { message, hint = '' } = MeshError.wrap(error)
      dialog.showErrorBox('claw-mesh', `${message}\n${hint}`)
      app.quit()
    })
}
