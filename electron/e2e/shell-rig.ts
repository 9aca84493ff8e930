/** Starts the built app for a spec: in a folder of its own, with the demo gateway, and asked through what its page has. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import type { DesktopState } from '../../shared/contract/desktop.ts'
import type { IpcBridge } from '../../shared/contract/ipc.ts'
import { clickTrayItem, eventually, stubDesktop } from './desktop.ts'
import { type App, executable, freshFolder, launchApp } from './launch.ts'

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A folder whose gateway is the demo one and whose coordinator has a port of its own. */
async function demoFolder(): Promise<string> {
  const dir = freshFolder()
  const port = await freePort()
  writeFileSync(
    path.join(dir, 'settings.yaml'),
    `coordinator:\n  port: ${String(port)}\nnode:\n  name: desk\ngateway:\n  adapter: demo\nlanguage: en\n`,
  )
  return dir
}

/** `choices`: what the app finds as chosen before. The folder goes when the app has ended. */
export async function startDemo(args: readonly string[] = [], choices: object = {}): Promise<App> {
  const userData = await demoFolder()
  mkdirSync(path.join(userData, 'data'))
  writeFileSync(path.join(userData, 'data', 'desktop.json'), JSON.stringify(choices))
  const app = await launchApp({ userData, args })
  app.once('close', () => removeFolder(userData))
  await stubDesktop(app, { showMessageBox: { response: 0 } })
  return app
}

/** What `npm start` runs, as a terminal would: a group of processes of its own. It hosts, as it did when it last ended. */
export async function startByNpm() {
  const home = await demoFolder()
  mkdirSync(path.join(home, 'data'))
  writeFileSync(path.join(home, 'data', 'desktop.json'), JSON.stringify({ host: true, join: 'own' }))
  const script = path.resolve(import.meta.dirname, '../../scripts/start.ts')
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    CLAW_MESH_HOME: home,
    XDG_CONFIG_HOME: path.join(home, 'xdg-config'),
  }
  env['ELECTRON_OVERRIDE_DIST_PATH'] = path.dirname(executable())
  env['DISPLAY'] ??= ':0'
  env['ELECTRON_DISABLE_SANDBOX'] = '1'
  const child = spawn(process.execPath, [script], { env, detached: true, stdio: 'ignore' })
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  const url = await eventually(() => coordinatorOf(home), undefined, 20_000)
  return {
    home,
    pid: child.pid ?? 0,
    url,
    ended,
    removeAfter: async () => {
      if (child.exitCode === null) process.kill(-(child.pid ?? 0), 'SIGKILL')
      await ended
      removeFolder(home)
    },
  }
}

/** Where the coordinator of that folder is, by its note; empty before there is one. */
function coordinatorOf(home: string): string {
  try {
    return (JSON.parse(readFileSync(path.join(home, 'data', 'coordinator.json'), 'utf8')) as { url: string }).url
  } catch {
    return ''
  }
}

export const removeFolder = (dir: string): void => rmSync(dir, { recursive: true, force: true, maxRetries: 5 })

type Door = 'mesh' | 'desktop' | 'feed'

/** What the page itself can ask, and no more. The answer is the envelope. */
export async function ask(app: App, name: string, input: Record<string, unknown> = {}, door = 'desktop') {
  const page = await app.firstWindow()
  return page.evaluate((request) => (window as unknown as { clawMesh: IpcBridge }).clawMesh.call(request), {
    door: door as Door,
    name,
    input,
  })
}

export const stateOf = async (app: App): Promise<DesktopState> =>
  ((await ask(app, 'desktop.state')) as { value: DesktopState }).value

/** Ticks “Host mesh” and waits for this machine to be its first node. Answers the coordinator's URL. */
export async function hostMesh(app: App): Promise<string> {
  await clickTrayItem(app, 'Host mesh')
  const { host } = await eventually(
    () => stateOf(app),
    ({ join }) => join.status === 'linked',
    15_000,
  )
  return host.url ?? ''
}
