// What the runtime promises of app and preload, in a form that real Electron is asked too.
import assert from 'node:assert/strict'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { onTestRuntime } from '../../launch.ts'
import { fixture, launchFixture } from './launch-fixture.ts'

const g = globalThis as any // names of the fixture's globals inside `evaluate`
let running: Awaited<ReturnType<typeof launchFixture>>
let app: (typeof running)['app']
let main: (typeof running)['main']
let inPage: (typeof running)['inPage']
beforeAll(async () => {
  running = await launchFixture()
  ;({ app, main, inPage } = running)
})
afterAll(() => running.app.close())

describe('app', () => {
  it('has name, version and paths of its package', async () => {
    assert.deepEqual(
      await main(({ app }) => [
        app.getName(),
        app.getVersion(),
        app.isPackaged,
        app.isReady(),
        app.getPath('userData'),
      ]),
      ['eoc-fixture', '1.2.3', false, true, app.userData],
    )
    assert.equal(await main(({ app }) => app.getAppPath()), fixture)
  })
  it('starts in order', async () => {
    assert.deepEqual((await main(() => g.log as string[])).slice(0, 4), [
      'will-finish-launching',
      'ready',
      'web-contents-created',
      'browser-window-created',
    ])
  })
  it('identifies itself', async () => {
    const v = await main(() => [
      process.type,
      process.versions.electron,
      typeof process.versions.chrome,
      process.execPath.endsWith('electron'),
    ])
    assert.deepEqual(v, ['browser', '45.4.1', 'string', true])
    assert.match(await inPage(() => navigator.userAgent), / eoc-fixture\/1\.2\.3 Chrome\/[\d.]+ Electron\/45\.4\.1 /)
  })
  it('records login item and protocol client', async () => {
    const r = await main(({ app }) => {
      app.setLoginItemSettings({ openAtLogin: true })
      return [
        app.getLoginItemSettings().openAtLogin,
        app.setAsDefaultProtocolClient('mesh'),
        app.isDefaultProtocolClient('mesh'),
      ]
    })
    if (onTestRuntime) assert.deepEqual(r, [true, true, true])
  })
  it('refuses what it does not implement', { skip: !onTestRuntime }, async () => {
    const r = await main(({ app, BrowserWindow, desktopCapturer, MessageChannelMain }) => {
      const t = (f: () => unknown) => {
        try {
          return String(f())
        } catch (e: any) {
          return e.message
        }
      }
      return [
        t(() => app.getGPUInfo('basic')),
        t(() => BrowserWindow.getAllWindows()[0].setTouchBar(null)),
        t(() => desktopCapturer.getSources({ types: [] })),
        t(() => new MessageChannelMain()),
        t(() => new BrowserWindow({ webPreferences: { nodeIntegration: true } })),
        typeof (app as any).noSuchThing,
      ]
    })
    const p = 'not implemented by electron-on-chromium: '
    assert.deepEqual(r, [
      `${p}app.getGPUInfo`,
      `${p}BrowserWindow.setTouchBar`,
      `${p}desktopCapturer.getSources`,
      `${p}new MessageChannelMain()`,
      `${p}webPreferences.nodeIntegration: true`,
      'undefined',
    ])
  })
})

describe('preload', () => {
  it('runs before the page with a sandboxed require', async () => {
    assert.deepEqual(await inPage(() => (window as any).docState), ['loading', true, 'undefined'])
    const tries = await inPage(() => (window as any).api.tries)
    assert.deepEqual(tries, {
      fs: 'module not found: fs',
      'node:fs': 'module not found: node:fs',
      path: 'module not found: path',
      child_process: 'module not found: child_process',
      './other.js': 'module not found: ./other.js',
      'electron/main': 'module not found: electron/main',
      events: 'ok',
      'node:timers': 'ok',
      url: 'ok',
      'electron/renderer': 'ok',
    })
    assert.deepEqual(await inPage(() => (window as any).api.env), {
      argv: true,
      type: 'renderer',
      sandboxed: true,
      isolated: true,
      electron: '45.4.1',
      node: 'string',
      cwd: 'undefined',
      global: 'object',
      Buffer: 'function',
      dirname: 'undefined',
    })
    assert.equal(await inPage(() => (window as any).api.bus()), 3)
  })
  it('leaves nothing in the page but what it exposed', async () => {
    assert.deepEqual(
      await inPage(() =>
        ['require', 'process', 'module', 'exports', 'Buffer', 'global', 'onlyHere', 'ipcRenderer', 'electron'].filter(
          (k) => k in window,
        ),
      ),
      [],
    )
  })
  it('fails with Node modules and with syntax errors as in Electron', async () => {
    const r = await main(async () => {
      const out: any[] = []
      for (const f of ['preload-node.js', 'preload-syntax.js']) {
        const w = await g.open({ show: false, webPreferences: { preload: g.fixtures.path.join(g.fixtures.dir, f) } })
        out.push([
          w.preloadErrors,
          await w.webContents.executeJavaScript('typeof window.api'),
          w.console.some((m: string[]) => m[1].startsWith('Unable to load preload script:')),
        ])
        w.destroy()
      }
      return out
    })
    assert.deepEqual(r[0], [[['preload-node.js', 'module not found: node:fs']], 'undefined', true])
    assert.deepEqual(r[1].slice(0, 2), [[['preload-syntax.js', "Unexpected token ';'"]], 'undefined'])
  })
})
