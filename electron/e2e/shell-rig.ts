/** Starts the built app for a spec: in a folder of its own, with the demo gateway, and asked through what its page has. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import type { DesktopState } from '../../shared/contract/desktop.ts'
import type { IpcBridge } from '../../shared/contract/ipc.ts'
import { clickTrayItem, eventually, stubDesktop } from './desktop.ts'
import { type App, freshFolder, launchApp } from './launch.ts'

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
