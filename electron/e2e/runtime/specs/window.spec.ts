// What the runtime promises of windows of the fixture, in a form that real Electron is asked too.
import assert from 'node:assert/strict'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { eventually } from '../../desktop.ts'
import { onTestRuntime } from '../../launch.ts'
import { launchFixture } from './launch-fixture.ts'

const g = globalThis as any // names of the fixture's globals inside `evaluate`
let running: Awaited<ReturnType<typeof launchFixture>>
let app: (typeof running)['app']
let main: (typeof running)['main']
let inPage: (typeof running)['inPage']
let page: (typeof running)['page']
beforeAll(async () => {
  running = await launchFixture()
  ;({ app, main, inPage, page } = running)
})
afterAll(() => running.app.close())

describe('windows', () => {
  it('run JavaScript for the main process', async () => {
    const r = await main(async () => {
      const x = (c: string) => g.win.webContents.executeJavaScript(c).catch((e: Error) => e.message)
      return [
        await x('1 + 1'),
        await x('Promise.resolve({ a: [1] })'),
        await x('null'),
        await x('undefined'),
        await x('throw new Error("no")'),
        await x('Promise.reject(new Error("later"))'),
        await x('(() => {})'),
        String(await x('10n')),
        (await x('new Map([[1, 2]])')).get(1),
        await x('document.title'),
      ]
    })
    assert.deepEqual(r, [
      2,
      { a: [1] },
      null,
      undefined,
      'Script failed to execute, this normally means an error was thrown. Check the renderer console for the error.',
      'later',
      'An object could not be cloned.',
      '10',
      2,
      'Fixture',
    ])
  })
  it('take their title from the page and their size from the options', async () => {
    await eventually(
      () => main(() => g.win.getTitle()),
      (t) => t === 'Fixture',
    )
    assert.deepEqual(await inPage(() => [innerWidth, innerHeight]), [700, 500])
    await main(() => g.win.setSize(640, 480))
    await page.waitForFunction(() => innerWidth === 640 && innerHeight === 480)
  })
  it('capture their page', async () => {
    const r = await main(async () => {
      const i = await g.win.capturePage()
      return [i.isEmpty(), i.getSize(), i.toPNG().subarray(1, 4).toString()]
    })
    assert.deepEqual(r, [false, { width: 640, height: 480 }, 'PNG'])
    const hidden = await main(async () => {
      g.win.hide()
      const i = await g.win.capturePage()
      const visible = g.win.isVisible()
      g.win.show()
      return [i.getSize(), visible]
    })
    if (onTestRuntime) assert.deepEqual(hidden, [{ width: 640, height: 480 }, false])
  })
  it('show, hide, minimize and focus', async () => {
    const r = await main(async ({ BrowserWindow }) => {
      const events: string[] = []
      const w = await g.open({ show: false })
      for (const e of ['show', 'hide', 'focus', 'blur', 'minimize', 'restore', 'close', 'closed'])
        w.on(e, () => events.push(e))
      const s = () => [w.isVisible(), w.isFocused(), w.isMinimized()]
      const out: any[] = [s()]
      w.show()
      out.push(s())
      w.minimize()
      out.push(s())
      w.restore()
      out.push(s())
      w.hide()
      out.push(s())
      w.once('close', (e: any) => e.preventDefault())
      w.close()
      out.push(w.isDestroyed())
      w.close()
      out.push(w.isDestroyed())
      return [out, events, BrowserWindow.getAllWindows().length]
    })
    if (onTestRuntime)
      assert.deepEqual(r, [
        [
          [false, false, false],
          [true, true, false],
          [false, false, true],
          [true, true, false],
          [false, false, false],
          false,
          true,
        ],
        ['show', 'focus', 'blur', 'minimize', 'restore', 'focus', 'blur', 'hide', 'close', 'close', 'closed'],
        1,
      ])
  })
  it('can stop a navigation of the page', async () => {
    const r = await main(async () => {
      const seen: string[] = []
      g.stop = (e: any, url: string) => {
        seen.push(url.split('/').pop()!)
        e.preventDefault()
      }
      g.win.webContents.on('will-navigate', g.stop)
      await g.win.webContents.executeJavaScript('document.querySelector("#away").click()')
      await new Promise((r) => setTimeout(r, 300))
      g.win.webContents.off('will-navigate', g.stop)
      return [seen, g.win.webContents.getURL().split('/').pop()]
    })
    assert.deepEqual(r, [['other.html'], 'index.html'])
  })
  it('decide about new windows', async () => {
    const r = await main(async ({ BrowserWindow }) => {
      const seen: any[] = []
      g.win.webContents.setWindowOpenHandler((d: any) => {
        seen.push([d.url.split('/').pop(), d.frameName, d.disposition])
        return { action: 'deny' }
      })
      const back = await g.win.webContents.executeJavaScript(
        'String(window.open("other.html?1", "name", "width=300"))',
        true,
      )
      await g.win.webContents.executeJavaScript('document.querySelector("#blank").click()', true)
      await new Promise((r) => setTimeout(r, 500))
      const before = BrowserWindow.getAllWindows().length
      g.win.webContents.setWindowOpenHandler(() => ({
        action: 'allow',
        overrideBrowserWindowOptions: { width: 300, height: 200 },
      }))
      const created = new Promise<any>((resolve) => g.win.webContents.once('did-create-window', resolve))
      await g.win.webContents.executeJavaScript('window.open("other.html?2"); 0', true)
      const w = await created
      await new Promise((r) => w.webContents.once('did-finish-load', r))
      const title = await w.webContents.executeJavaScript('document.title')
      w.destroy()
      return [back, seen, before, title]
    })
    assert.deepEqual(r, [
      'null',
      [
        ['other.html?1', 'name', 'new-window'],
        ['other.html', '', 'foreground-tab'],
      ],
      1,
      'Other',
    ])
    await eventually(
      async () => app.windows().length,
      (n) => n === 1,
    )
  })
  it('fail to load what is not there', async () => {
    const r = await main(async () => {
      const w = await g.open({ show: false }, '')
      const failed: any[] = []
      w.webContents.on('did-fail-load', (_e: any, code: number, text: string) => failed.push([code, text]))
      const a = await w.loadFile('missing.html').catch((e: any) => [e.code, e.errno, e.message.slice(0, 38)])
      const b = await w.loadURL('http://127.0.0.1:9/').catch((e: any) => e.code)
      const c = await w.loadURL('not a url').catch((e: any) => e.code)
      w.destroy()
      return [a, b, c, failed.length]
    })
    assert.deepEqual(r[0], ['ERR_FILE_NOT_FOUND', -6, "ERR_FILE_NOT_FOUND (-6) loading 'file:"])
    assert.deepEqual(r.slice(2), ['ERR_INVALID_URL', 3])
  })
  it('are known to Playwright', async () => {
    const other = app.waitForEvent('window')
    await main(async () => void (await g.open({ show: false }, 'other.html')))
    const p = await other
    assert.match(p.url(), /other\.html$/)
    const handle = await app.browserWindow(p)
    const id = await handle.evaluate((w: any) => w.id)
    assert.notEqual(id, await (await app.browserWindow(page)).evaluate((w: any) => w.id))
    await p.close()
    assert.equal(await main(({ BrowserWindow }, id) => BrowserWindow.fromId(id as number), id), null)
    await page.route('**/from-the-test', (r) => r.fulfill({ json: { routed: true } }))
    assert.deepEqual(
      await inPage(async () => (await fetch('http://127.0.0.1:1/from-the-test')).json().catch(String)).catch(String),
      { routed: true },
    )
  })
  it('navigate within the history', async () => {
    await main(async () => {
      await g.win.loadFile('other.html')
    })
    assert.equal(await page.title(), 'Other')
    assert.equal(await inPage(() => typeof (window as any).api.add), 'function')
    await main(() => g.win.webContents.navigationHistory.goBack())
    await page.waitForFunction(() => document.title === 'Fixture')
  })
})
