/** The window as part of a desktop: closed, forgotten, called back, started hidden, given links; and how little its page may do. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { clickTray, clickTrayItem, eventually, notifications, trayMenu, windowState } from './desktop.ts'
import type { App } from './launch.ts'
import { ask, startDemo, stateOf } from './shell-rig.ts'

// Each starts processes of its own; a machine with other work to do is slow at that.
vi.setConfig({ testTimeout: 60_000 })

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function start(args: readonly string[] = [], choices: object = {}): Promise<App> {
  const app = await startDemo(args, choices)
  ends.push(() => app.close())
  return app
}

it('hides when closed, says so once, and comes back by the tray and by a second start', async () => {
  const app = await start()
  const close = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  const visible = async () => (await windowState(app)).map((one) => one.visible)
  await (await app.firstWindow()).waitForLoadState()
  await close()
  expect(await visible()).toEqual([false])
  await clickTray(app)
  expect(await visible()).toEqual([true])
  await close()
  expect((await notifications(app)).map(({ title }) => title)).toEqual(['claw-mesh is still running'])
  const second = await app.second()
  expect(second.code, second.output).toBe(0)
  expect(await windowState(app)).toMatchObject([{ visible: true, focused: true }])
})

it('gives up the window after a while hidden, and makes it anew', async () => {
  const app = await start([], { keep_hidden_window_s: 1 })
  await (await app.firstWindow()).waitForLoadState()
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await eventually(
    () => windowState(app),
    (windows) => windows.length === 0,
  )
  const made = app.waitForEvent('window')
  await clickTray(app)
  await (await made).getByText('claw-mesh').first().waitFor()
  expect(await windowState(app)).toMatchObject([{ visible: true }])
})

it('starts hidden when told to, and is started so at login once asked', async () => {
  const app = await start(['--hidden'])
  await eventually(
    () => trayMenu(app),
    (items) => items.length > 0,
  )
  expect(await windowState(app)).toEqual([])
  await clickTrayItem(app, 'Start at login')
  const isOn = async () => (await trayMenu(app)).find(({ label }) => label === 'Start at login')?.checked
  await eventually(isOn)
  if (process.platform !== 'linux') return
  const file = path.join(app.userData, 'xdg-config', 'autostart', 'claw-mesh.desktop')
  // The box is ticked at once; the file follows.
  await eventually(() => existsSync(file) && /^Exec=.+ --hidden$/m.test(readFileSync(file, 'utf8')))
  await clickTrayItem(app, 'Start at login')
  await eventually(() => !existsSync(file))
})

it('shows a link that was opened, and says why it takes no junk', async () => {
  const app = await start()
  await (await app.firstWindow()).waitForLoadState()
  await stateOf(app)
  expect((await app.second('claw-mesh://run?cmd=calc')).code).toBe(0)
  const said = await eventually(
    () => notifications(app),
    (all) => all.length > 0,
  )
  expect(said.at(-1)?.body).toBe('claw-mesh knows only join links.')
  const token = 'cm_once_'.padEnd(40, 'x')
  await app.second(`claw-mesh://join?u=https%3A%2F%2Fmesh.example&t=${token}`)
  const link = await eventually(
    () => ask(app, 'desktop.join_link'),
    (reply) => JSON.stringify(reply).includes('mesh.example'),
  )
  expect(link).toEqual({ ok: true, value: { coordinator_url: 'https://mesh.example' } })
  expect((await stateOf(app)).join.mode).toBe('off')
})

it('lets its page ask for what it may, and nothing else', async () => {
  const app = await start()
  const page = await app.firstWindow()
  await page.waitForLoadState()
  const seen = await page.evaluate(() => {
    const all = window as unknown as Record<string, unknown>
    return {
      bridge: Object.keys(all['clawMesh'] as object).sort(),
      frozen: Object.isFrozen(all['clawMesh']),
      node: [typeof all['require'], typeof all['process'], typeof all['ipcRenderer']],
      opened: window.open('https://example.invalid/') === null,
    }
  })
  expect(seen).toEqual({
    bridge: ['call', 'onPush'],
    frozen: true,
    node: ['undefined', 'undefined', 'undefined'],
    opened: true,
  })
  expect(await ask(app, 'desktop.host', { on: 'yes' })).toMatchObject({ ok: false, error: { code: 'invalid_input' } })
  expect(await ask(app, 'nodes.list', {}, 'mesh')).toMatchObject({
    ok: false,
    error: { code: 'coordinator_unreachable' },
  })
  expect(await ask(app, 'x', {}, 'shell')).toMatchObject({ ok: false, error: { code: 'invalid_input' } })
})
