/** Entry of the runtime: what the `electron` executable runs. */
import childProcess from 'node:child_process'
import fs from 'node:fs'
import inspector from 'node:inspector'
import { createRequire, registerHooks, syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from './app.ts'
import { BrowserWindow } from './browser-window.ts'
import { Chromium } from './cdp.ts'
import { electron } from './electron.ts'
import { Endpoint } from './endpoint.ts'
import { setMenuHost } from './menu.ts'
import { nativeTheme } from './misc.ts'
import { schemeNames } from './schemes.ts'
import { defaultSession, setReadyProbe, setSessionHost } from './session.ts'
import { debug, electronVersion, record } from './util.ts'
import { setHost } from './page-host.ts'
import { webContents, WebContents } from './web-contents.ts'
import { SCREEN } from './window-options.ts'

const started = performance.now()

// --- command line --------------------------------------------------------------------
const executable = process.env.EOC_EXECUTABLE ?? process.argv[1]
const argv = process.argv.slice(2)
const requires: string[] = []
let appArgument: string | null = null
let inspect: string | null = null
for (let i = 0; i < argv.length; i++) {
  const a = argv[i]
  if (appArgument === null && (a === '-r' || a === '--require')) requires.push(argv[++i])
  else if (appArgument === null && (a === '-v' || a === '--version')) {
    process.stdout.write(`v${electronVersion}\n`)
    process.exit(0)
  } else if (/^--inspect(-brk)?(=|$)/.test(a)) {
    if (appArgument === null) inspect = a
  } else if (a.startsWith('--')) {
    const m = /^--([^=]+)=?(.*)$/s.exec(a)!
    if (m) app.commandLine.appendSwitch(m[1], m[2]) // Chromium's parser takes switches from anywhere
  } else if (appArgument === null && !a.startsWith('-')) appArgument = a
}

// --- process -------------------------------------------------------------------------
const nodeBinary = process.execPath
process.env.EOC_NODE_BINARY = nodeBinary
process.argv = [executable, ...argv]
process.execPath = executable
const define = (o: object, k: string, value: unknown) =>
  Object.defineProperty(o, k, { value, enumerable: true, configurable: true, writable: true })
const chromeVersion = chromiumVersion()
define(process, 'versions', { ...process.versions, electron: electronVersion, chrome: chromeVersion })
define(process, 'type', 'browser')
define(process, 'defaultApp', !app.isPackaged || undefined)
define(process, 'resourcesPath', process.env.EOC_RESOURCES ?? path.join(path.dirname(executable), 'resources'))
define(process, 'sandboxed', false)

function chromiumVersion(): string {
  // asking the binary costs 100 ms and more; remember the answer for this file
  const exe = Chromium.executable()
  const st = fs.statSync(exe)
  const note = path.join(
    os.tmpdir(),
    `eoc-chromium-version-${process.getuid?.() ?? 0}-${st.ino}-${Math.round(st.mtimeMs)}`,
  )
  try {
    return fs.readFileSync(note, 'utf8')
  } catch {
    const v =
      /(\d+(?:\.\d+)+)/.exec(childProcess.spawnSync(exe, ['--version'], { encoding: 'utf8' }).stdout)?.[1] ?? '0'
    try {
      fs.writeFileSync(note, v)
    } catch {
      /* only a cache */
    }
    return v
  }
}

// A forked child of an Electron process runs as plain Node.
const realFork = childProcess.fork
childProcess.fork = function (file: any, a?: any, o?: any) {
  const [args, options] = Array.isArray(a) ? [a, o ?? {}] : [[], a ?? {}]
  return realFork(file, args, { ...options, env: { ...(options.env ?? process.env), ELECTRON_RUN_AS_NODE: '1' } })
} as typeof realFork
syncBuiltinESMExports()

// Electron shows a dialog for an uncaught error of the main process and goes on.
process.on('uncaughtException', (e) => {
  record.mainErrors.push(e)
  process.stderr.write(`A JavaScript error occurred in the main process\n${e?.stack ?? e}\n`)
})
process.on('unhandledRejection', (e: any) => {
  record.mainErrors.push(e)
  process.stderr.write(`(node) UnhandledPromiseRejectionWarning: ${e?.stack ?? e}\n`)
})
// Electron quits in order on these, until somebody listens in Node: from then on they are Node's, and its alone.
const quits = new Map((['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((s) => [s as string, () => app.quit()]))
for (const [s, quit] of quits) process.on(s, quit)
process.on('newListener', (name, listener) => {
  const quit = quits.get(String(name))
  if (quit && listener !== quit) process.off(String(name), quit)
})

// --- the module `electron` ---------------------------------------------------------------
const KEY = Symbol.for('electron-on-chromium.module')
;(globalThis as any)[KEY] = electron
const NAMES = ['electron', 'electron/main', 'electron/common']
const names = Object.keys(electron)
registerHooks({
  resolve(specifier, context, next) {
    if (NAMES.includes(specifier))
      return { url: context.conditions.includes('require') ? 'eoc:electron-cjs' : 'eoc:electron', shortCircuit: true }
    return next(specifier, context)
  },
  load(url, context, next) {
    if (url === 'eoc:electron-cjs')
      return {
        format: 'commonjs',
        source: `module.exports = globalThis[Symbol.for('electron-on-chromium.module')];`,
        shortCircuit: true,
      }
    if (url === 'eoc:electron')
      return {
        format: 'module',
        source: `const e = globalThis[Symbol.for('electron-on-chromium.module')];\nexport default e;\n${names.map((n) => `export const ${n} = e.${n};`).join('\n')}\n`,
        shortCircuit: true,
      }
    return next(url, context)
  },
})

// --- hosts of the modules -------------------------------------------------------------------
let chromium: Chromium | null = null
const endpoint = app.commandLine.hasSwitch('remote-debugging-port') ? new Endpoint() : null
setReadyProbe(() => app.isReady())
setSessionHost(
  () => app.getPath('sessionData'),
  () => chromium?.root ?? null,
)
setMenuHost({ app, focusedWindow: () => BrowserWindow.getFocusedWindow() })
setHost({
  chromium: () => {
    if (!chromium) throw new Error('electron-on-chromium: Chromium is not running')
    return chromium
  },
  endpoint,
  app,
  chromeHeight: null,
  theme: () => (nativeTheme.shouldUseDarkColors ? 'dark' : 'light'),
  processInfo: () => ({
    argv: [process.execPath],
    env: { ...process.env },
    execPath: process.execPath,
    pid: process.pid,
    arch: process.arch,
    platform: process.platform,
    version: process.version,
    versions: process.versions,
    resourcesPath: (process as any).resourcesPath,
    mas: false,
    windowsStore: false,
    contextId: '',
  }),
  openWindow(opener, url, options, details) {
    const win = new BrowserWindow({
      width: 800,
      height: 600,
      ...options,
      webPreferences: { ...(options.webPreferences ?? {}) },
    })
    opener.emit('did-create-window', win, {
      url,
      frameName: details.frameName,
      options,
      disposition: details.disposition,
      referrer: details.referrer,
    })
    win.loadURL(url).catch(() => {})
  },
})
app.shutdown = async () => {
  if (chromium) await chromium.close()
  endpoint?.close()
}

async function startChromium(): Promise<void> {
  const profile = path.join(app.getPath('sessionData'), 'chromium')
  fs.mkdirSync(profile, { recursive: true })
  defaultSession.userAgent ||= `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) ${app.getName().replace(/\s/g, '')}/${app.getVersion()} Chrome/${chromeVersion} Electron/${electronVersion} Safari/537.36`
  const own = new Set([
    'remote-debugging-port',
    'user-data-dir',
    'no-sandbox',
    'lang',
    'inspect',
    'disable-features',
    'enable-features',
    'remote-debugging-pipe',
    'headless',
    'password-store',
  ])
  chromium = new Chromium({
    profile,
    headed: process.env.EOC_HEADED === '1',
    ...SCREEN,
    lang: app.getLocale(),
    userAgent: app.userAgentFallback || defaultSession.userAgent,
    extra: app.commandLine
      .entries()
      .filter(([k]: [string, string]) => !own.has(k))
      .map(([k, v]: [string, string]) => (v === '' ? `--${k}` : `--${k}=${v}`)),
  })
  chromium.root.on('Target.targetDestroyed', ({ targetId }) => {
    const wc: WebContents | undefined = webContents.fromDevToolsTargetId(targetId)
    if (wc && !wc.isDestroyed()) wc.close()
  })
  chromium.root.on('closed', () => {
    if (!app.quitting) {
      process.stderr.write('electron-on-chromium: Chromium has exited\n')
      app.exit(1)
    }
  })
  chromium.onPopup = (t) => WebContents.popup(t)
  await chromium.watchPages()
  await chromium.root.send('Target.setDiscoverTargets', { discover: true, filter: [{ type: 'page' }] })
  await endpoint?.start(chromium)
}

// --- start ---------------------------------------------------------------------------------
function findApp(argument: string): { entry: string; pkg: any } {
  const p = path.resolve(argument)
  let pkg: any = {}
  let appPath = path.dirname(p)
  if (fs.existsSync(path.join(p, 'package.json'))) {
    pkg = JSON.parse(fs.readFileSync(path.join(p, 'package.json'), 'utf8'))
    appPath = p
  }
  // For a file, Electron reads no package.json: name and version stay its own.
  app.setPackage({ name: pkg.name, productName: pkg.productName, version: pkg.version, appPath })
  return {
    entry: createRequire(path.join(appPath, 'x.js')).resolve(
      fs.existsSync(p) && fs.statSync(p).isDirectory() ? path.resolve(p, pkg.main ?? 'index.js') : p,
    ),
    pkg,
  }
}

async function run(): Promise<void> {
  if (appArgument === null) {
    process.stderr.write('electron-on-chromium: give the path of an app\n')
    process.exit(1)
  }
  const { entry } = findApp(appArgument)
  if (inspect !== null) {
    const m = /=(?:([\w.]+):)?(\d+)$/.exec(inspect)
    inspector.open(m ? Number(m[2]) : 9229, m?.[1] ?? '127.0.0.1')
    if (inspect.startsWith('--inspect-brk')) inspector.waitForDebugger()
  }
  const require = createRequire(path.join(process.cwd(), 'x.js'))
  for (const r of requires) require(path.isAbsolute(r) ? r : r.startsWith('.') ? path.resolve(r) : require.resolve(r))
  if (endpoint) await endpoint.listen(Number(app.commandLine.getSwitchValue('remote-debugging-port')) || 0)
  const nearest = nearestPackage(path.dirname(entry))
  if (entry.endsWith('.mjs') || (!entry.endsWith('.cjs') && nearest?.type === 'module'))
    await import(pathToFileURL(entry).href)
  else createRequire(import.meta.url)(entry)
  debug('app loaded', Math.round(performance.now() - started))
  if (app.lockRefused || app.quitting) return void (app.quitting || app.quit())
  app.emit('will-finish-launching')
  await startChromium()
  debug('chromium up', Math.round(performance.now() - started), schemeNames())
  app.markReady()
}
function nearestPackage(dir: string): any {
  for (let d = dir; ; d = path.dirname(d)) {
    const f = path.join(d, 'package.json')
    if (fs.existsSync(f)) return JSON.parse(fs.readFileSync(f, 'utf8'))
    if (d === path.dirname(d)) return null
  }
}

run().catch((e) => {
  process.stderr.write(`App threw an error during load\n${e?.stack ?? e}\n`)
  process.exitCode = 1
  void app.shutdown().finally(() => process.exit(1))
})
