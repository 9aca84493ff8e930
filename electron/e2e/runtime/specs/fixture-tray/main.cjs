// A small tray app: a switch in tray and window, its own protocol with a policy, close hides, one process only.
const path = require('node:path')
const { app, BrowserWindow, ipcMain, Menu, nativeImage, protocol, shell, Tray } = require('electron')

const page = `<!doctype html><title>Tray fixture</title><h1>off</h1><a href="https://example.invalid/docs" target="_blank">Help</a>
<script src="/page.js"></script>`
const script = `switch_ = window['switch']; document.querySelector('h1').onclick = () => switch_.set(true)
switch_.onChange((on) => { document.querySelector('h1').textContent = on ? 'on' : 'off' })`
protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
])
let quitting = false
let on = false
let tray
let window

function set(next) {
  on = next
  tray.setToolTip(on ? 'Switched on' : 'Switched off')
  tray.setContextMenu(
    Menu.buildFromTemplate([
      { label: 'Switch', type: 'checkbox', checked: on, click: () => set(!on) },
      { label: 'More', submenu: [{ label: 'Off', click: () => set(false) }] },
      { label: 'Not now', enabled: false },
      { label: 'Quit', click: () => app.quit() },
    ]),
  )
  window?.webContents.send('changed', on)
  return on
}

if (!app.requestSingleInstanceLock()) app.quit()
else {
  app.on('second-instance', () => window.show())
  app.on('before-quit', () => (quitting = true))
  app.on('window-all-closed', () => {})
  app.whenReady().then(() => {
    protocol.handle('app', (request) => {
      const isScript = new URL(request.url).pathname === '/page.js'
      return new Response(isScript ? script : page, {
        headers: {
          'content-type': isScript ? 'text/javascript' : 'text/html',
          'content-security-policy': "default-src 'none'; script-src 'self'",
        },
      })
    })
    ipcMain.handle('switch', (_event, next) => {
      if (typeof next !== 'boolean') throw new TypeError(`not a boolean: ${next}`)
      return set(next)
    })
    tray = new Tray(nativeImage.createEmpty())
    tray.on('click', () => window.show())
    window = new BrowserWindow({ webPreferences: { preload: path.join(__dirname, 'preload.js') } })
    window.webContents.setWindowOpenHandler(({ url }) => {
      void shell.openExternal(url)
      return { action: 'deny' }
    })
    window.webContents.on('will-navigate', (event) => event.preventDefault())
    window.on('close', (event) => {
      if (quitting) return
      event.preventDefault()
      window.hide()
    })
    set(false)
    void window.loadURL('app://bundle/')
  })
}
