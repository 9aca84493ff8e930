/** The two switches from the tray, and quitting: what runs is reached from outside, and nothing is left behind. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { startCommand } from '../../shared/testing/command.ts'
import { clickTrayItem, eventually, trayMenu, trayToolTip } from './desktop.ts'
import { type App, freshFolder } from './launch.ts'
import { processesNaming } from './processes.ts'
import { ask, freePort, hostMesh, removeFolder, startByNpm, startDemo, stateOf } from './shell-rig.ts'

// Each starts processes of its own; a machine with other work to do is slow at that.
vi.setConfig({ testTimeout: 60_000 })

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function start(): Promise<App> {
  const app = await startDemo()
  ends.push(() => app.close())
  return app
}

it('hosts from the tray a mesh that the command reaches and whose nodes the window shows, and stops it again', async () => {
  const app = await start()
  await (await app.firstWindow()).waitForLoadState()
  expect((await stateOf(app)).window).toBeNull()
  const url = await hostMesh(app)
  expect((await trayMenu(app)).find(({ label }) => label === 'Host mesh')?.checked).toBe(true)
  const nodes = await startCommand(['nodes', '--json'], { env: { CLAW_MESH_HOME: app.userData } }).finished
  expect(nodes).toMatchObject({ code: 0 })
  expect(nodes.stdout).toContain('"desk"')
  await (await app.firstWindow()).getByText('desk').first().waitFor()
  expect(
    await eventually(
      () => trayToolTip(app),
      (text) => text.includes('ready'),
    ),
  ).toBe('claw-mesh: ready')
  const inTray = await eventually(
    () => trayMenu(app, 'Nodes (1)'),
    (items) => items.length === 1,
  )
  expect(inTray[0]?.label).toBe('● desk: online')
  await clickTrayItem(app, 'Host mesh')
  await eventually(
    () => stateOf(app),
    (state) => !state.host.on,
  )
  // Off is told at once; the coordinator then ends in order.
  await eventually(() =>
    fetch(url).then(
      () => false,
      () => true,
    ),
  )
})

it('joins another coordinator, works on it with an operator token, and goes back to none', async () => {
  const other = freshFolder()
  const coordinator = startCommand(['up', '--no-local', '--port', String(await freePort())], {
    env: { CLAW_MESH_HOME: other },
  })
  ends.push(async () => {
    await coordinator.stop()
    removeFolder(other)
  })
  const [, url = ''] = await coordinator.saw(/(http:\/\/127\.0\.0\.1:\d+)/)
  const secret = (name: string) => readFileSync(path.join(other, 'data', `${name}.token`), 'utf8').trim()
  const app = await start()
  await (await app.firstWindow()).waitForLoadState()
  const input = { mode: 'remote', url, join_token: secret('join'), operator_token: secret('admin') }
  expect(await ask(app, 'desktop.join', input)).toMatchObject({ ok: true })
  await eventually(
    () => stateOf(app),
    ({ join }) => join.status === 'linked',
    15_000,
  )
  expect(await ask(app, 'nodes.list', {}, 'mesh')).toMatchObject({ ok: true, value: [{ name: 'desk' }] })
  // Kept where only this user's desktop opens it.
  const kept = readFileSync(path.join(app.userData, 'data', 'desktop-secrets.json'), 'utf8')
  expect(kept).not.toContain(secret('admin'))
  const joined = await trayMenu(app, 'Join mesh')
  expect(joined.find(({ label }) => label === url)?.checked).toBe(true)
  await clickTrayItem(app, 'Join mesh > None')
  await eventually(
    () => stateOf(app),
    ({ join }) => join.mode === 'off' && join.status === 'off',
  )
})

it.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGTERM'] as const)(
  'stops everything in order when `npm start` gets %s from the terminal',
  async (signal) => {
    const started = await startByNpm()
    ends.push(started.removeAfter)
    await fetch(`${started.url}/healthz`)
    // A terminal signals every process that it started, the launcher and the app alike.
    process.kill(-started.pid, signal)
    expect(await started.ended).toBe(0)
    await expect(fetch(started.url)).rejects.toThrow()
    // Taken away by whoever stops in order only.
    expect(existsSync(path.join(started.home, 'data', 'coordinator.json'))).toBe(false)
    await eventually(
      () => processesNaming(started.home),
      (left) => left.length === 0,
    )
  },
)

it.skipIf(process.platform === 'win32')('ends at once when told a second time', async () => {
  const app = await start()
  const child = app.process()
  const closed = app.waitForEvent('close')
  await app.evaluate((electron) => electron.app.on('before-quit', (event) => event.preventDefault()))
  child.kill('SIGINT')
  // What comes at once is the same press; one of these is the next.
  await eventually(() => {
    child.kill('SIGINT')
    return child.exitCode !== null
  })
  await closed
  expect(child.exitCode).toBe(130)
})

it('quits from the tray with no process left', async () => {
  const app = await start()
  await (await app.firstWindow()).waitForLoadState()
  const url = await hostMesh(app)
  const child = app.process()
  const closed = app.waitForEvent('close')
  await clickTrayItem(app, 'Quit')
  await closed
  expect(child.exitCode).toBe(0)
  await expect(fetch(url)).rejects.toThrow()
  expect(
    await eventually(
      () => processesNaming(app.userData),
      (left) => left.length === 0,
    ),
  ).toEqual([])
})
