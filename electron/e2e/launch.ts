/**
 * Starts a built Electron app under Playwright's own `_electron`, on the test runtime (electron/e2e/runtime), or on real
 * Electron with `DESKTOP_RUNTIME=electron`. The specs are the same, run by Vitest; what they ask of a desktop is in desktop.ts.
 */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { _electron, type ElectronApplication } from 'playwright-core'
import { runtimeFolder } from './runtime-folder.ts'

const hook = path.join(import.meta.dirname, 'desktop-hook.cjs')
const project = path.resolve(import.meta.dirname, '../..')

/** Which runtime the specs are on; assertions that hold on the test runtime only ask for it. */
export const onTestRuntime = process.env['DESKTOP_RUNTIME'] !== 'electron'

export type ColorScheme = 'light' | 'dark' | 'no-preference' | null

export interface App extends ElectronApplication {
  /** What `CLAW_MESH_HOME` names for an app of launchApp(), and Electron's `userData` for any other. */
  readonly userData: string
  readonly env: Readonly<Record<string, string>>
  /** Runs a second process of the same app to its end. */
  second(...args: readonly string[]): Promise<{ code: number | null; output: string }>
}

export interface LaunchAppOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Where the app keeps everything. Default: a fresh folder, removed when the app has ended. */
  readonly userData?: string
  readonly args?: readonly string[]
  /** Playwright shows pages as `light` unless told; null lets the app decide. Default: null. */
  readonly colorScheme?: ColorScheme
}

/** The built claw-mesh desktop app, with settings, data and start-at-login file in one folder of its own. */
export async function launchApp(options: LaunchAppOptions = {}): Promise<App> {
  const userData = options.userData ?? freshFolder()
  const env = {
    CLAW_MESH_HOME: userData,
    XDG_CONFIG_HOME: path.join(userData, 'xdg-config'),
    ...options.env,
  }
  const app = await start([project, ...(options.args ?? [])], {
    env,
    userData,
    colorScheme: options.colorScheme ?? null,
  })
  if (options.userData === undefined) removeAfter(app)
  return app
}

export interface LaunchOptions extends LaunchAppOptions {
  /** Folder with a package.json, or the main script. */
  readonly main: string
}

/** Any app; its `userData` is set by Electron's own switch. */
export async function launch(options: LaunchOptions): Promise<App> {
  const userData = options.userData ?? freshFolder()
  const line = [options.main, `--user-data-dir=${userData}`, ...(options.args ?? [])]
  const { env = {}, colorScheme = 'light' } = options
  const app = await start(line, { env, userData, colorScheme })
  if (options.userData === undefined) removeAfter(app)
  return app
}

/** The program that runs Electron apps here, as the package `electron` names it. */
export function executable(): string {
  if (onTestRuntime) process.env['ELECTRON_OVERRIDE_DIST_PATH'] = runtimeFolder
  return createRequire(import.meta.url)('electron') as string
}

interface Start {
  readonly env: Readonly<Record<string, string>>
  readonly userData: string
  readonly colorScheme: ColorScheme
}

async function start(line: readonly string[], { env: own, userData, colorScheme }: Start): Promise<App> {
  const env = { ...inherited(), ...own }
  const program = executable()
  // Not handed over as `executablePath`: only for what `electron` names does Playwright hold the app until it is attached.
  const app = await _electron.launch({
    args: ['-r', hook, ...sandboxSwitch(), ...line],
    env,
    colorScheme,
    timeout: 30_000,
  })
  const second = (...args: readonly string[]) => runToEnd(program, [...sandboxSwitch(), ...line, ...args], env)
  return Object.assign(app, { userData, env, second })
}

function runToEnd(program: string, args: readonly string[], env: Record<string, string>) {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const add = (text: Buffer) => {
    output += text.toString()
  }
  child.stdout.on('data', add)
  child.stderr.on('data', add)
  return new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ code, output })
    })
  })
}

/** Chromium's own sandbox cannot be set up in most containers and CI machines. */
const sandboxSwitch = () => (process.platform === 'linux' ? ['--no-sandbox'] : [])

/** What the test was started with, without what would make a child a test of its own. */
function inherited(): Record<string, string> {
  const given = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(VITEST|VITE_|NODE_OPTIONS|NODE_ENV|CLAW_MESH_|TEST$)/.test(entry[0]),
  )
  return { ...Object.fromEntries(given), EOC_STRICT: '1' }
}

export const freshFolder = (): string => fs.mkdtempSync(path.join(os.tmpdir(), 'claw-mesh-app-'))

function removeAfter(app: App): void {
  app.once('close', () => {
    try {
      fs.rmSync(app.userData, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
    } catch {
      // Windows holds files of a process a little longer than the process lives; the system clears its temporary folder.
    }
  })
}
