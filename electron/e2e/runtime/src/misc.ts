/** The small modules: dialog, shell, clipboard, notifications, power, theme, … */
import { EventEmitter } from 'node:events'
import { randomUUID } from 'node:crypto'
import { BrowserWindow } from './browser-window.ts'
import { SCREEN } from './window-options.ts'

import { netFetch } from './session.ts'
import { WebContents } from './web-contents.ts'
import { complete, makeEvent, record, watchEvents } from './util.ts'

// --- dialog ---------------------------------------------------------------------
// A real dialog waits for a person. Here a test has to say what that person does:
// either it replaces the method (works on every runtime) or it queues an answer.
function ask(method: string, args: any[]): any {
  const options = args[0] instanceof BrowserWindow ? args[1] : args[0]
  record.dialogs.calls.push({ method, options })
  const queue = record.dialogs.answers[method]
  if (!queue?.length)
    throw new Error(
      `electron-on-chromium: dialog.${method} was called and no answer is queued (${options?.message ?? options?.title ?? ''})`,
    )
  const answer = queue.shift()
  return typeof answer === 'function' ? answer(options) : answer
}
export const dialog: any = {
  showErrorBox(title: string, content: string): void {
    record.dialogs.calls.push({ method: 'showErrorBox', options: { title, content } })
    process.stderr.write(`dialog.showErrorBox: ${title}\n${content}\n`)
  },
}
for (const m of ['showMessageBox', 'showOpenDialog', 'showSaveDialog', 'showCertificateTrustDialog'])
  dialog[m] = async (...a: any[]) => ask(m, a)
for (const m of ['showMessageBoxSync', 'showOpenDialogSync', 'showSaveDialogSync'])
  dialog[m] = (...a: any[]) => ask(m, a)
complete(dialog, 'Dialog', 'dialog')

// --- shell ----------------------------------------------------------------------
export const shell: any = {
  async openExternal(url: string): Promise<void> {
    const u = new URL(url) // an invalid URL is refused by Electron too
    record.openExternal.push(u.href)
  },
  async openPath(p: string): Promise<string> {
    record.openPath.push(p)
    return ''
  },
  showItemInFolder(p: string): void {
    record.showItemInFolder.push(p)
  },
  beep(): void {
    record.beeps++
  },
}
complete(shell, 'Shell', 'shell')

// --- clipboard --------------------------------------------------------------------
export class ClipboardItem {
  #data: Record<string, any>
  constructor(items: Record<string, any>) {
    this.#data = { ...items }
  }
  get types(): string[] {
    return Object.keys(this.#data)
  }
  async getType(type: string): Promise<any> {
    if (!(type in this.#data)) throw new Error(`The type '${type}' was not found`)
    const v = await this.#data[type]
    return typeof v === 'string' ? new Blob([v], { type }) : v
  }
}
function createClipboard(): any {
  let items: ClipboardItem[] = []
  const c: any = {
    async readText(): Promise<string> {
      const item = items.find((i) => i.types.includes('text/plain'))
      return item ? (await item.getType('text/plain')).text() : ''
    },
    async writeText(text: string): Promise<void> {
      items = [new ClipboardItem({ 'text/plain': String(text) })]
    },
    read: async () => [...items],
    write: async (data: ClipboardItem[]) => void (items = [...data]),
    has: async (type: string) => items.some((i) => i.types.includes(type)),
    clear: () => void (items = []),
  }
  return c
}
export const clipboard: any = createClipboard()
Object.defineProperty(clipboard, 'selection', { value: createClipboard() })
complete(clipboard, 'Clipboard', 'clipboard')
complete(ClipboardItem.prototype, 'ClipboardItem', 'ClipboardItem')

// --- Notification -----------------------------------------------------------------
export class Notification extends EventEmitter {
  [k: string]: any
  #shown = false
  static isSupported(): boolean {
    return true
  }
  constructor(options: any = {}) {
    super()
    const defaults: any = {
      title: '',
      subtitle: '',
      body: '',
      silent: false,
      replyPlaceholder: '',
      hasReply: false,
      urgency: 'normal',
      timeoutType: 'default',
      sound: '',
      actions: [],
      closeButtonText: '',
      toastXml: '',
      id: randomUUID(),
      groupId: '',
      groupTitle: '',
    }
    Object.assign(this, defaults, options)
  }
  show(): void {
    if (!this.#shown) record.notifications.push(this)
    this.#shown = true
    setImmediate(() => this.emit('show', makeEvent()))
  }
  close(): void {
    if (!this.#shown) return
    this.#shown = false
    setImmediate(() => this.emit('close', makeEvent()))
  }
}
complete(Notification.prototype, 'Notification', 'Notification', 'instance', [
  'actions',
  'body',
  'closeButtonText',
  'groupId',
  'groupTitle',
  'hasReply',
  'id',
  'replyPlaceholder',
  'silent',
  'sound',
  'subtitle',
  'timeoutType',
  'title',
  'toastXml',
  'urgency',
])
complete(Notification, 'Notification', 'Notification', 'static')
watchEvents(Notification.prototype, 'Notification', 'Notification', [
  'show',
  'close',
  'click',
  'action',
  'reply',
  'failed',
])

// --- power ---------------------------------------------------------------------------
class PowerMonitor extends EventEmitter {
  onBatteryPower = false
  getSystemIdleState(): string {
    return 'active'
  }
  getSystemIdleTime(): number {
    return 0
  }
  getCurrentThermalState(): string {
    return 'unknown'
  }
  isOnBatteryPower(): boolean {
    return this.onBatteryPower
  }
}
export const powerMonitor: any = new PowerMonitor() // a test emits its events: powerMonitor.emit('suspend')
complete(powerMonitor, 'PowerMonitor', 'powerMonitor')
const blockers = new Map<number, string>()
let nextBlocker = 0
export const powerSaveBlocker: any = {
  start(type: string): number {
    if (!['prevent-app-suspension', 'prevent-display-sleep'].includes(type))
      throw new TypeError('Error processing argument at index 0, conversion failure')
    blockers.set(nextBlocker, type)
    return nextBlocker++
  },
  stop: (id: number) => blockers.delete(id),
  isStarted: (id: number) => blockers.has(id),
}
complete(powerSaveBlocker, 'PowerSaveBlocker', 'powerSaveBlocker')

// --- shortcuts, screen -----------------------------------------------------------------
export const globalShortcut: any = {
  register(accelerator: string, fn: () => void): boolean {
    if (record.shortcuts.has(accelerator)) return false
    record.shortcuts.set(accelerator, fn)
    return true
  },
  registerAll(list: string[], fn: () => void): void {
    for (const a of list) this.register(a, fn)
  },
  isRegistered: (a: string) => record.shortcuts.has(a),
  unregister: (a: string) => void record.shortcuts.delete(a),
  unregisterAll: () => record.shortcuts.clear(),
}
complete(globalShortcut, 'GlobalShortcut', 'globalShortcut')

const display = () => ({
  id: 1,
  label: 'Virtual display',
  bounds: { x: 0, y: 0, ...SCREEN },
  workArea: { x: 0, y: 0, ...SCREEN },
  size: { ...SCREEN },
  workAreaSize: { ...SCREEN },
  scaleFactor: 1,
  rotation: 0,
  internal: false,
  touchSupport: 'unavailable',
  accelerometerSupport: 'unavailable',
  colorDepth: 24,
  colorSpace: '',
  depthPerComponent: 8,
  detected: true,
  displayFrequency: 60,
  maximumCursorSize: { width: 64, height: 64 },
  monochrome: false,
  nativeOrigin: { x: 0, y: 0 },
})
export const screen: any = Object.assign(new EventEmitter(), {
  getPrimaryDisplay: display,
  getAllDisplays: () => [display()],
  getDisplayNearestPoint: display,
  getDisplayMatching: display,
  getCursorScreenPoint: () => ({ x: 0, y: 0 }),
})
complete(screen, 'Screen', 'screen')

// --- theme --------------------------------------------------------------------------------
class NativeTheme extends EventEmitter {
  #source: 'system' | 'light' | 'dark' = 'system'
  #system: 'light' | 'dark' = process.env.EOC_SYSTEM_THEME === 'dark' ? 'dark' : 'light'
  shouldUseHighContrastColors = false
  shouldUseInvertedColorScheme = false
  inForcedColorsMode = false
  prefersReducedTransparency = false
  shouldDifferentiateWithoutColor = false
  get shouldUseDarkColors(): boolean {
    return (this.#source === 'system' ? this.#system : this.#source) === 'dark'
  }
  get shouldUseDarkColorsForSystemIntegratedUI(): boolean {
    return this.#system === 'dark'
  }
  get themeSource() {
    return this.#source
  }
  set themeSource(v) {
    if (!['system', 'light', 'dark'].includes(v))
      throw new TypeError(`Error processing argument: invalid themeSource '${v}'`)
    const was = this.shouldUseDarkColors
    this.#source = v
    for (const wc of WebContents.list()) void wc.applyTheme()
    if (this.shouldUseDarkColors !== was) this.emit('updated', makeEvent())
  }
}
export const nativeTheme: any = new NativeTheme()
complete(nativeTheme, 'NativeTheme', 'nativeTheme')

// --- net, updates, crashes --------------------------------------------------------------------
export const net: any = { fetch: netFetch, isOnline: () => true, online: true }
complete(net, 'Net', 'net')

class AutoUpdater extends EventEmitter {
  #feed = ''
  setFeedURL(o: any): void {
    this.#feed = typeof o === 'string' ? o : o.url
  }
  getFeedURL(): string {
    return this.#feed
  }
  /** never looks anywhere: a test emits 'update-available', 'update-downloaded', 'error' */
  checkForUpdates(): void {
    setImmediate(() => this.emit('checking-for-update'))
  }
}
export const autoUpdater: any = new AutoUpdater()
complete(autoUpdater, 'AutoUpdater', 'autoUpdater')

const crashParameters: Record<string, string> = {}
export const crashReporter: any = {
  start(): void {},
  getParameters: () => ({ ...crashParameters }),
  addExtraParameter: (k: string, v: string) => void (crashParameters[k] = v),
  removeExtraParameter: (k: string) => void delete crashParameters[k],
  getLastCrashReport: () => null,
  getUploadedReports: () => [],
  getUploadToServer: () => false,
  setUploadToServer(): void {},
}
complete(crashReporter, 'CrashReporter', 'crashReporter')
