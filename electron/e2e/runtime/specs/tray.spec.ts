// A small tray app from end to end, through the helpers that the app's own specs use.
import assert from 'node:assert/strict'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, it } from 'vitest'
import {
  clickTray,
  clickTrayItem,
  eventually,
  openedLinks,
  stubDesktop,
  trayMenu,
  trayToolTip,
  windowState,
} from '../../desktop.ts'
import { type App, launch } from '../../launch.ts'
import { processesNaming } from '../../processes.ts'

const main = path.join(import.meta.dirname, 'fixture-tray')
const shown = async (app: App) => (await windowState(app)).map((window) => window.visible)

describe('a tray app', () => {
  let app: App
  let page: Page
  beforeAll(async () => {
    app = await launch({ main })
    page = await app.firstWindow()
    await page.getByText('off').waitFor()
  })
  afterAll(() => app.close())

  it('is loaded over its own protocol with its policy', async () => {
    assert.equal(page.url(), 'app://bundle/')
    assert.equal(await page.evaluate(() => isSecureContext), true)
    const injected = await page.evaluate(() => {
      const inline = document.createElement('script')
      inline.textContent = 'window.injected = true'
      document.body.append(inline)
      return (window as any).injected
    })
    assert.equal(injected, undefined)
  })

  it('keeps the preload apart from the page', async () => {
    const seen = await page.evaluate(() => {
      const own = window as any
      return [typeof own.require, typeof own.process, typeof own.onlyInPreload, Object.keys(own.switch).sort()]
    })
    assert.deepEqual(seen, ['undefined', 'undefined', 'undefined', ['onChange', 'set']])
  })

  it('is switched from tray and window alike', async () => {
    assert.deepEqual(
      (await trayMenu(app)).map((item) => [item.label, item.type, item.checked, item.enabled]),
      [
        ['Switch', 'checkbox', false, true],
        ['More', 'submenu', false, true],
        ['Not now', 'normal', false, false],
        ['Quit', 'normal', false, true],
      ],
    )
    await clickTrayItem(app, 'Switch')
    await page.getByText('on', { exact: true }).waitFor()
    assert.equal(await trayToolTip(app), 'Switched on')
    assert.equal((await trayMenu(app))[0].checked, true)
    assert.deepEqual(
      (await trayMenu(app, 'More')).map((item) => item.label),
      ['Off'],
    )
    await clickTrayItem(app, 'More > Off')
    await page.getByText('off').waitFor()
    await page.getByText('off').click()
    await page.getByText('on', { exact: true }).waitFor()
    await assert.rejects(clickTrayItem(app, 'Not now'), /disabled/)
    await assert.rejects(clickTrayItem(app, 'Nothing'), /No entry 'Nothing'; there are: Switch, More/)
  })

  it('gives errors of the main process in Electron’s form', async () => {
    const told = await page.evaluate(() => (window as any).switch.set('maybe').catch((error: Error) => error.message))
    assert.equal(told, "Error invoking remote method 'switch': TypeError: not a boolean: maybe")
  })

  it('opens links outside and nothing inside', async () => {
    await stubDesktop(app)
    await page.getByText('Help').click()
    await eventually(
      () => openedLinks(app),
      (links) => links.length === 1,
    )
    assert.equal(await page.evaluate(() => window.open('https://example.invalid/two')), null)
    assert.deepEqual(await openedLinks(app), ['https://example.invalid/docs', 'https://example.invalid/two'])
    assert.equal(app.windows().length, 1)
  })

  it('hides when closed, and comes back by its tray or a second start', async () => {
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].close())
    assert.deepEqual(await shown(app), [false])
    await clickTray(app)
    assert.deepEqual(await shown(app), [true])
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].hide())
    const second = await app.second('fixture://anything')
    assert.equal(second.code, 0, second.output)
    assert.deepEqual(await shown(app), [true])
  })

  it('quits from the tray and leaves no process', async () => {
    const other = await launch({ main })
    await other.firstWindow()
    const child = other.process()
    assert.notEqual(processesNaming(other.userData).length, 0)
    const closed = other.waitForEvent('close')
    await clickTrayItem(other, 'Quit')
    await closed
    assert.equal(child.exitCode, 0)
    await eventually(() => processesNaming(other.userData).length === 0)
  })
})
