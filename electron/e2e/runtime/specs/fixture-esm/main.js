import electron, { app, BrowserWindow, protocol } from 'electron'
import { fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
globalThis.same = [electron.app === app, require('electron').app === app, require('electron/main').app === app]
globalThis.forkNode = () =>
  new Promise((resolve) => {
    const c = fork(fileURLToPath(new URL('./child.js', import.meta.url)))
    c.once('message', resolve)
  })
protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
])
if (!app.requestSingleInstanceLock({ from: 'fixture' })) app.exit(7)
app.on('second-instance', (_e, argv, cwd, data) => (globalThis.second = [argv.at(-1), cwd, data]))
app.whenReady().then(() => {
  protocol.handle('app', async (request) => {
    const url = new URL(request.url)
    if (url.pathname === '/post')
      return Response.json({
        body: await request.text(),
        method: request.method,
        type: request.headers.get('content-type'),
        origin: request.headers.get('origin'),
      })
    if (url.pathname === '/redirect')
      return new Response(null, { status: 302, headers: { location: 'app://host/target' } })
    if (url.pathname === '/boom') throw new Error('boom')
    return new Response(`<!doctype html><title>${url.pathname}</title><base href="app://host/"><p>${request.url}</p>`, {
      headers: { 'content-type': 'text/html', 'x-url': request.url },
    })
  })
  const win = new BrowserWindow({ show: true })
  win.loadURL('app://host/index.html')
})
