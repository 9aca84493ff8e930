// What the runtime promises of session and desktop, in a form that real Electron is asked too.
import assert from 'node:assert/strict'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { launch, onTestRuntime } from '../../launch.ts'
import { fixture, launchFixture } from './launch-fixture.ts'

const g = globalThis as any // names of the fixture's globals inside `evaluate`
let running: Awaited<ReturnType<typeof launchFixture>>
let main: (typeof running)['main']
let inPage: (typeof running)['inPage']
let page: (typeof running)['page']
beforeAll(async () => {
  running = await launchFixture()
  ;({ main, inPage, page } = running)
})
afterAll(() => running.app.close())

describe('session', () => {
  it('asks the permission handler', async () => {
    const r = await main(async () => {
      const asked: string[] = []
      g.fixtures.session.defaultSession.setPermissionRequestHandler(
        (_wc: any, p: string, cb: (ok: boolean) => void) => {
          asked.push(p)
          cb(p === 'geolocation')
        },
      )
      const w = await g.open({ show: false }, '')
      await new Promise<void>((resolve) => {
        g.server = g.fixtures.http
          .createServer((_q: any, s: any) => s.setHeader('content-type', 'text/html').end('<title>s</title>'))
          .listen(0, '127.0.0.1', resolve)
      })
      const origin = `http://127.0.0.1:${g.server.address().port}`
      g.fixtures.session.defaultSession.webRequest.onHeadersReceived({ urls: [`${origin}/*`] }, (d: any, cb: any) =>
        cb({
          responseHeaders: {
            ...d.responseHeaders,
            'content-security-policy': ["script-src 'none'"],
            'x-added': ['1'],
          },
        }),
      )
      g.fixtures.session.defaultSession.webRequest.onBeforeRequest({ urls: ['*://*/blocked'] }, (_d: any, cb: any) =>
        cb({ cancel: true }),
      )
      await w.loadURL(`${origin}/`)
      const n = await w.webContents.executeJavaScript('Notification.requestPermission()', true)
      const added = await w.webContents.executeJavaScript('fetch("/x").then(r => r.headers.get("x-added"))')
      const blocked = await w.webContents.executeJavaScript('fetch("/blocked").then(() => "through", () => "blocked")')
      const inline = await w.webContents.executeJavaScript(
        '{ const s = document.createElement("script"); s.textContent = "window.bad = 1"; document.body.append(s); typeof window.bad }',
      )
      w.destroy()
      g.server.close()
      for (const e of ['onHeadersReceived', 'onBeforeRequest']) g.fixtures.session.defaultSession.webRequest[e](null)
      return [asked, n, added, blocked, inline]
    })
    assert.deepEqual(r, [['notifications'], 'denied', '1', 'blocked', 'undefined'])
  })
  it('keeps cookies', async () => {
    const r = await main(async () => {
      const c = g.fixtures.session.defaultSession.cookies
      await c.set({ url: 'http://127.0.0.1/', name: 'a', value: 'b' })
      return (await c.get({ name: 'a' })).map((x: any) => [x.name, x.value])
    })
    assert.deepEqual(r, [['a', 'b']])
  })
})

describe('desktop', () => {
  it('follows the theme', async () => {
    const dark = () => inPage(() => matchMedia('(prefers-color-scheme: dark)').matches)
    assert.equal(await dark(), false)
    const r = await main(({ nativeTheme }) => {
      let n = 0
      nativeTheme.once('updated', () => n++)
      nativeTheme.themeSource = 'dark'
      return [nativeTheme.shouldUseDarkColors, n]
    })
    assert.equal(r[0], true)
    await page.waitForFunction(() => matchMedia('(prefers-color-scheme: dark)').matches)
    await main(({ nativeTheme }) => {
      nativeTheme.themeSource = 'light'
    })
  })
  it('builds menus with states and roles', async () => {
    const r = await main(({ Menu }) => {
      const clicks: any[] = []
      const m = Menu.buildFromTemplate([
        { label: 'A', type: 'radio', checked: true, click: (i) => clicks.push(i.label) },
        { label: 'B', type: 'radio', click: (i) => clicks.push(i.label) },
        { type: 'separator' },
        { label: 'C', type: 'checkbox', click: (i) => clicks.push([i.label, i.checked]) },
        { label: 'Sub', submenu: [{ id: 'deep', label: 'Deep' }] },
        { role: 'copy' },
      ])
      m.items[1].click()
      m.items[3].click()
      return [
        clicks,
        m.items.map((i) => i.checked),
        m.getMenuItemById('deep')!.label,
        m.items[4].type,
        m.items[5].label,
      ]
    })
    assert.deepEqual(r, [['B', ['C', true]], [false, true, false, true, false, false], 'Deep', 'submenu', 'Copy'])
  })
  it('has a clipboard, notifications, power events and shortcuts', async () => {
    const r = await main(async ({ clipboard, Notification, powerMonitor, powerSaveBlocker }) => {
      await clipboard.writeText('copied')
      const n = new Notification({ title: 'Peer joined', body: 'b' })
      n.show()
      let slept = 0
      powerMonitor.on('suspend', () => slept++)
      powerMonitor.emit('suspend')
      const id = powerSaveBlocker.start('prevent-app-suspension')
      return [
        await clipboard.readText(),
        Notification.isSupported(),
        slept,
        powerSaveBlocker.isStarted(id),
        g[Symbol.for('desktop-hook')].notifications.map((x: any) => x.title),
      ]
    })
    assert.deepEqual(r, ['copied', true, 1, true, ['Peer joined']])
  })
  it('wants an answer for a dialog', { skip: !onTestRuntime }, async () => {
    const r = await main(async ({ dialog }) => {
      const a = await dialog.showMessageBox({ message: 'Sure?' }).catch((e) => e.message)
      g[Symbol.for('electron-on-chromium')].dialogs.answers.showMessageBox = [{ response: 1, checkboxChecked: false }]
      return [a, (await dialog.showMessageBox({ message: 'Sure?' })).response]
    })
    assert.deepEqual(r, ['electron-on-chromium: dialog.showMessageBox was called and no answer is queued (Sure?)', 1])
  })
  it('encrypts', async () => {
    const r = await main(({ safeStorage }) => {
      const a = safeStorage.encryptString('x')
      const b = safeStorage.encryptString('x')
      return [
        a.equals(b),
        safeStorage.decryptString(a),
        (() => {
          try {
            return safeStorage.decryptString(Buffer.from('zzzz'))
          } catch {
            return 'refused'
          }
        })(),
      ]
    })
    assert.equal(r[1], 'x')
    assert.equal(r[2], 'refused')
  })
  it('forks a utility process', async () => {
    const r = (await main(
      () =>
        new Promise((resolve) => {
          const p = g.fixtures.utilityProcess.fork(g.fixtures.path.join(g.fixtures.dir, 'worker.cjs'))
          p.once('message', (m: any) => {
            p.once('exit', (code: number) => resolve([m, code !== null, p.pid]))
            p.kill()
          })
          p.postMessage({ hello: new Date(3) })
        }),
    )) as any[]
    assert.equal(r[0].got.hello.getTime(), 3)
    assert.deepEqual([r[0].type, r[1], r[2]], ['utility', true, undefined])
  })
})

it('quits in order, a window may refuse', async () => {
  const other = await launch({ main: fixture })
  await (await other.firstWindow()).waitForFunction(() => (window as any).moduleRan)
  const refused = await other.evaluate(({ app }) => {
    g.win.once('close', (e: any) => e.preventDefault())
    app.quit()
    return g.log.slice(-1)[0] + ' ' + g.win.isDestroyed()
  })
  assert.equal(refused, 'before-quit false')
  const child = other.process()
  let out = ''
  child.stdout!.on('data', (d) => (out += d))
  const closed = other.waitForEvent('close')
  await other.evaluate(({ app }) => {
    app.on('quit', () => console.log('LOG ' + g.log.slice(4).join(' ')))
    setTimeout(() => app.quit(), 0)
  })
  await closed
  assert.match(out, /LOG before-quit before-quit will-quit quit/)
  assert.equal(child.exitCode, 0)
})
