/** app: lifecycle, paths, single instance. */
import { EventEmitter } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { spawn } from 'node:child_process'
import { BrowserWindow } from './browser-window.ts'
import { Menu } from './menu.ts'
import { SingleInstance } from './single-instance.ts'
import { complete, debug, Deferred, electronVersion, makeEvent, record, watchEvents } from './util.ts'

class CommandLine {
  #switches = new Map<string, string>()
  #args: string[] = []
  appendSwitch(name: string, value = ''): void {
    this.#switches.set(name.toLowerCase(), String(value))
  }
  appendArgument(value: string): void {
    this.#args.push(value)
  }
  hasSwitch(name: string): boolean {
    return this.#switches.has(name)
  }
  getSwitchValue(name: string): string {
    return this.#switches.get(name) ?? ''
  }
  removeSwitch(name: string): void {
    this.#switches.delete(name)
  }
  /** for Chromium */
  entries(): [string, string][] {
    return [...this.#switches]
  }
}
complete(CommandLine.prototype, 'CommandLine', 'commandLine')

const xdg = (name: string, fallback: string): string => {
  try {
    const text = fs.readFileSync(
      path.join(process.env.XDG_CONFIG_HOME ?? path.join(os.homedir(), '.config'), 'user-dirs.dirs'),
      'utf8',
    )
    const m = new RegExp(`^XDG_${name}_DIR="(.+)"$`, 'm').exec(text)
    if (m) return m[1].replace('$HOME', os.homedir())
  } catch {
    /* none */
  }
  return path.join(os.homedir(), fallback)
}

class App extends EventEmitter {
  readonly commandLine = new CommandLine()
  readonly isPackaged = process.env.EOC_PACKAGED === '1'
  readonly dock = undefined // macOS only
  badgeCount = 0
  accessibilitySupportEnabled = false
  userAgentFallback = ''
  #name = 'Electron'
  #version = electronVersion
  #appPath = process.cwd()
  #paths = new Map<string, string>()
  #ready = false
  #whenReady = new Deferred<void>()
  #quitting = false
  #exiting = false
  #done = false
  #lock = new SingleInstance()
  #lockRefused = false
  #second: any[][] = []
  #relaunch: { execPath?: string; args?: string[] }[] = []
  /** set by main: ends Chromium */
  shutdown: () => Promise<void> = async () => {}

  // --- set-up by the runtime ---------------------------------------------------------
  setPackage(o: { name?: string; productName?: string; version?: string; appPath: string }): void {
    this.#appPath = o.appPath
    this.#name = o.productName ?? o.name ?? this.#name
    this.#version = o.version ?? this.#version
  }
  get lockRefused(): boolean {
    return this.#lockRefused
  }
  get quitting(): boolean {
    return this.#quitting || this.#done
  }
  markReady(): void {
    if (this.#done) return
    this.#ready = true
    this.#whenReady.resolve()
    this.emit('ready', makeEvent(), {}) // `emit` and not an internal call: Playwright's loader holds it back
    for (const args of this.#second.splice(0)) this.emit('second-instance', ...args)
  }
  windowGone(left: number): void {
    if (left > 0) return
    if (this.#quitting) return this.#finish(0)
    if (this.#exiting || this.#done) return
    setImmediate(() => {
      if (BrowserWindow.getAllWindows().length || this.#done || this.#quitting) return
      if (this.listenerCount('window-all-closed') > 0) this.emit('window-all-closed')
      else this.quit()
    })
  }

  // --- lifecycle -------------------------------------------------------------------
  isReady(): boolean {
    return this.#ready
  }
  whenReady(): Promise<void> {
    return this.#whenReady.promise
  }
  quit(): void {
    if (this.#quitting || this.#done) return
    const event = makeEvent()
    this.emit('before-quit', event)
    if (event.defaultPrevented) return
    this.#quitting = true
    const windows = BrowserWindow.getAllWindows()
    if (windows.length === 0) return this.#finish(0)
    for (const w of windows) {
      if (!w.close()) {
        this.#quitting = false // a window refused
        return
      }
    }
  }
  #finish(code: number): void {
    if (this.#done) return
    const event = makeEvent()
    this.emit('will-quit', event)
    if (event.defaultPrevented) {
      this.#quitting = false
      return
    }
    this.#end(code)
  }
  exit(code = 0): void {
    if (this.#done) return
    this.#exiting = true
    for (const w of BrowserWindow.getAllWindows()) w.destroy()
    this.#end(code)
  }
  #end(code: number): void {
    this.#done = true
    this.emit('quit', makeEvent(), code)
    this.#lock.release()
    for (const r of this.#relaunch)
      spawn(r.execPath ?? process.execPath, r.args ?? process.argv.slice(1), {
        detached: true,
        stdio: 'ignore',
      }).unref()
    debug('exit', code)
    void this.shutdown().finally(() => process.exit(code))
  }
  relaunch(o: { execPath?: string; args?: string[] } = {}): void {
    this.#relaunch.push(o)
  }
  focus(): void {
    ;(BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0])?.focus()
  }
  hide(): void {}
  show(): void {}
  isActive(): boolean {
    return BrowserWindow.getFocusedWindow() !== null
  }
  isHidden(): boolean {
    return false
  }

  // --- single instance -------------------------------------------------------------
  requestSingleInstanceLock(additionalData?: unknown): boolean {
    const ok = this.#lock.request(
      this.getPath('userData'),
      { argv: process.argv, cwd: process.cwd(), data: additionalData ?? null },
      (h) => {
        const args = [makeEvent(), h.argv, h.cwd, h.data]
        if (this.#ready) this.emit('second-instance', ...args)
        else this.#second.push(args)
      },
    )
    this.#lockRefused = !ok
    return ok
  }
  hasSingleInstanceLock(): boolean {
    return this.#lock.held
  }
  releaseSingleInstanceLock(): void {
    this.#lock.release()
  }

  // --- identity and paths -----------------------------------------------------------
  getName(): string {
    return this.#name
  }
  setName(n: string): void {
    this.#name = n
  }
  get name(): string {
    return this.#name
  }
  set name(n: string) {
    this.#name = n
  }
  getVersion(): string {
    return this.#version
  }
  getAppPath(): string {
    return this.#appPath
  }
  getLocale(): string {
    return this.commandLine.getSwitchValue('lang') || 'en-US'
  }
  getSystemLocale(): string {
    return this.getLocale()
  }
  getLocaleCountryCode(): string {
    return this.getLocale().split('-')[1] ?? ''
  }
  getPreferredSystemLanguages(): string[] {
    return [this.getLocale()]
  }
  getPath(name: string): string {
    const set = this.#paths.get(name)
    if (set !== undefined) return set
    const home = os.homedir()
    const win = process.platform === 'win32'
    const mac = process.platform === 'darwin'
    switch (name) {
      case 'home':
        return home
      case 'appData':
        return win
          ? (process.env.APPDATA ?? path.join(home, 'AppData', 'Roaming'))
          : mac
            ? path.join(home, 'Library', 'Application Support')
            : (process.env.XDG_CONFIG_HOME ?? path.join(home, '.config'))
      case 'userData':
        return this.commandLine.getSwitchValue('user-data-dir') || path.join(this.getPath('appData'), this.#name)
      case 'sessionData':
        return this.getPath('userData')
      case 'temp':
        return os.tmpdir()
      case 'exe':
      case 'module':
        return process.execPath
      case 'assets':
        return path.dirname(process.execPath)
      case 'logs':
        return mac ? path.join(home, 'Library', 'Logs', this.#name) : path.join(this.getPath('userData'), 'logs')
      case 'crashDumps':
        return path.join(this.getPath('userData'), 'Crashpad')
      case 'desktop':
        return xdg('DESKTOP', 'Desktop')
      case 'documents':
        return xdg('DOCUMENTS', 'Documents')
      case 'downloads':
        return xdg('DOWNLOAD', 'Downloads')
      case 'music':
        return xdg('MUSIC', 'Music')
      case 'pictures':
        return xdg('PICTURES', 'Pictures')
      case 'videos':
        return xdg('VIDEOS', 'Videos')
    }
    throw new Error(`Failed to get '${name}' path`)
  }
  setPath(name: string, p: string): void {
    this.getPath(name) // refuses unknown names
    if (!path.isAbsolute(p)) throw new Error('Path must be absolute')
    this.#paths.set(name, p)
  }
  setAppLogsPath(p?: string): void {
    this.#paths.set('logs', p ?? this.getPath('logs'))
    fs.mkdirSync(this.getPath('logs'), { recursive: true })
  }

  // --- integration with the desktop, recorded ------------------------------------------
  setLoginItemSettings(s: any): void {
    Object.assign(record.loginItem, s)
  }
  getLoginItemSettings(): any {
    const open = !!record.loginItem.openAtLogin
    return {
      openAtLogin: open,
      openAsHidden: !!record.loginItem.openAsHidden,
      wasOpenedAtLogin: false,
      wasOpenedAsHidden: false,
      restoreState: false,
      status: open ? 'enabled' : 'not-registered',
      executableWillLaunchAtLogin: open,
      launchItems: [],
    }
  }
  setAsDefaultProtocolClient(protocol: string, p?: string, args?: string[]): boolean {
    if (!this.isDefaultProtocolClient(protocol)) record.protocolClients.push({ protocol, path: p, args })
    return true
  }
  isDefaultProtocolClient(protocol: string): boolean {
    return record.protocolClients.some((x) => x.protocol === protocol)
  }
  removeAsDefaultProtocolClient(protocol: string): boolean {
    const at = record.protocolClients.findIndex((x) => x.protocol === protocol)
    if (at >= 0) record.protocolClients.splice(at, 1)
    return at >= 0
  }
  getApplicationNameForProtocol(url: string): string {
    return this.isDefaultProtocolClient(url.split(':')[0]) ? this.#name : ''
  }
  setBadgeCount(n = 0): boolean {
    this.badgeCount = n
    return true
  }
  getBadgeCount(): number {
    return this.badgeCount
  }
  setAppUserModelId(): void {}
  setDesktopName(): void {}
  setAboutPanelOptions(): void {}
  showAboutPanel(): void {}
  addRecentDocument(): void {}
  clearRecentDocuments(): void {}
  setUserTasks(): boolean {
    return true
  }
  setJumpList(): string {
    return 'ok'
  }
  setActivationPolicy(): void {}
  enableSandbox(): void {}
  disableHardwareAcceleration(): void {
    if (this.#ready) throw new Error('app.disableHardwareAcceleration() can only be called before app is ready')
  }
  isHardwareAccelerationEnabled(): boolean {
    return false
  }
  disableDomainBlockingFor3DAPIs(): void {}
  isAccessibilitySupportEnabled(): boolean {
    return this.accessibilitySupportEnabled
  }
  setAccessibilitySupportEnabled(v: boolean): void {
    this.accessibilitySupportEnabled = v
  }
  isEmojiPanelSupported(): boolean {
    return false
  }
  get applicationMenu(): Menu | null {
    return Menu.getApplicationMenu()
  }
  set applicationMenu(m: Menu | null) {
    Menu.setApplicationMenu(m)
  }
  getAppMetrics(): any[] {
    const m = process.memoryUsage()
    return [
      {
        pid: process.pid,
        type: 'Browser',
        creationTime: Date.now() - process.uptime() * 1000,
        cpu: { percentCPUUsage: 0, idleWakeupsPerSecond: 0 },
        memory: { workingSetSize: Math.round(m.rss / 1024), peakWorkingSetSize: Math.round(m.rss / 1024) },
      },
    ]
  }
  getGPUFeatureStatus(): any {
    return { gpu_compositing: 'disabled_software', webgl: 'disabled_off' }
  }
  async resolveProxy(): Promise<string> {
    return 'DIRECT'
  }
}
watchEvents(App.prototype, 'App', 'app', [
  'ready',
  'will-finish-launching',
  'window-all-closed',
  'before-quit',
  'will-quit',
  'quit',
  'second-instance',
  'browser-window-created',
  'browser-window-focus',
  'browser-window-blur',
  'web-contents-created',
  'render-process-gone',
  'activate',
  'open-url',
  'open-file',
])

export const app: any = new App()
complete(app, 'App', 'app')
