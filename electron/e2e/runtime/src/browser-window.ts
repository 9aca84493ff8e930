/** BrowserWindow: the window model; its page is a WebContents. */
import { EventEmitter } from 'node:events'
import type { Menu } from './menu.ts'
import type { NativeImage } from './native-image.ts'
import { complete, makeEvent, watchEvents } from './util.ts'
import { host } from './page-host.ts'
import { WebContents } from './web-contents.ts'
import { addFlags } from './window-flags.ts'
import { checkOptions, type Rect, SCREEN } from './window-options.ts'

const windows = new Map<number, BrowserWindow>()
let nextId = 1
let focused: BrowserWindow | null = null
let order: BrowserWindow[] = [] // stacking, front first

export class BrowserWindow extends EventEmitter {
  readonly id = nextId++
  readonly webContents: WebContents
  #o: any
  #bounds: Rect
  #visible = false
  #minimized = false
  #maximized = false
  #fullScreen = false
  #destroyed = false
  #title: string
  #shownOnce = false
  #menu: Menu | null | undefined = undefined
  #menuBar = true;
  [flag: symbol]: any

  constructor(options: any = {}) {
    super()
    if (!host.app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready')
    this.setMaxListeners(0)
    this.#o = { ...options }
    checkOptions(options)
    for (const k of ['parent'])
      if (options[k] && !(options[k] instanceof BrowserWindow)) throw new TypeError(`Invalid ${k}`)
    const width = options.width ?? 800
    const height = options.height ?? 600
    this.#bounds = {
      width,
      height,
      x: options.x ?? Math.round((SCREEN.width - width) / 2),
      y: options.y ?? Math.round((SCREEN.height - height) / 2),
    }
    this.#title = options.title ?? host.app.getName()
    this.webContents = new WebContents({ ...(options.webPreferences ?? {}) }, this.#bounds)
    this.webContents.owner = this
    windows.set(this.id, this)
    order.unshift(this)
    this.webContents.on('page-title-updated', (_e: any, title: string, explicit: boolean) => {
      const event = makeEvent()
      this.emit('page-title-updated', event, title, explicit)
      if (!event.defaultPrevented) this.#title = title
    })
    let painted = false
    this.webContents.on('-painted', () => {
      if (painted || this.#destroyed) return
      painted = true
      this.emit('ready-to-show', makeEvent())
    })
    host.app.emit('web-contents-created', makeEvent(), this.webContents)
    host.app.emit('browser-window-created', makeEvent(), this)
    if (options.fullscreen || options.kiosk) this.setFullScreen(true)
    if (options.show !== false) this.show()
  }

  // --- statics -------------------------------------------------------------------
  static getAllWindows(): BrowserWindow[] {
    return [...windows.values()]
  }
  static getFocusedWindow(): BrowserWindow | null {
    return focused
  }
  static fromId(id: number): BrowserWindow | null {
    return windows.get(id) ?? null
  }
  static fromWebContents(wc: WebContents): BrowserWindow | null {
    return wc?.owner ?? null
  }

  // --- content ---------------------------------------------------------------------
  loadURL(url: string, options?: any): Promise<void> {
    return this.#guard().webContents.loadURL(url, options)
  }
  loadFile(file: string, options?: any): Promise<void> {
    return this.#guard().webContents.loadFile(file, options)
  }
  reload(): void {
    this.#guard().webContents.reload()
  }
  capturePage(rect?: any): Promise<NativeImage> {
    return this.#guard().webContents.capturePage(rect)
  }
  #guard(): this {
    if (this.#destroyed) throw new TypeError('Object has been destroyed')
    return this
  }

  // --- visibility and focus -----------------------------------------------------
  show(): void {
    this.#guard()
    this.#reveal()
    this.focus()
  }
  showInactive(): void {
    this.#guard()
    this.#reveal()
  }
  #reveal(): void {
    const was = this.#visible
    this.#visible = true
    if (this.#minimized) return this.restore()
    if (this.#shownOnce && !was) void this.webContents.setWindowState('normal')
    this.#shownOnce = true
    if (!was) this.emit('show', makeEvent())
  }
  hide(): void {
    this.#guard()
    if (!this.#visible) return
    this.#visible = false
    this.#shownOnce = true
    if (focused === this) this.#unfocus()
    void this.webContents.setWindowState('minimized') // the page's visibilityState turns 'hidden'
    this.emit('hide', makeEvent())
  }
  isVisible(): boolean {
    return !this.#destroyed && this.#visible && !this.#minimized
  }
  focus(): void {
    this.#guard()
    if (!this.#visible || this.#o.focusable === false) return
    order = [this, ...order.filter((w) => w !== this)]
    if (focused === this) return
    focused?.blur()
    focused = this
    void this.webContents.bringToFront()
    this.emit('focus', makeEvent())
    this.webContents.emit('focus', makeEvent())
    host.app.emit('browser-window-focus', makeEvent(), this)
  }
  blur(): void {
    if (focused === this) this.#unfocus()
  }
  #unfocus(): void {
    focused = null
    this.emit('blur', makeEvent())
    this.webContents.emit('blur', makeEvent())
    host.app.emit('browser-window-blur', makeEvent(), this)
  }
  isFocused(): boolean {
    return focused === this
  }
  moveTop(): void {
    order = [this, ...order.filter((w) => w !== this)]
  }
  minimize(): void {
    this.#guard()
    if (this.#minimized) return
    this.#minimized = true
    this.blur()
    void this.webContents.setWindowState('minimized')
    this.emit('minimize', makeEvent())
  }
  restore(): void {
    this.#guard()
    if (!this.#minimized) return
    this.#minimized = false
    const hidden = !this.#visible
    this.#visible = true
    void this.webContents.setWindowState(this.#maximized ? 'maximized' : 'normal')
    this.emit('restore', makeEvent())
    if (hidden) this.emit('show', makeEvent())
    this.focus()
  }
  isMinimized(): boolean {
    return this.#minimized
  }
  maximize(): void {
    this.#guard()
    this.#reveal()
    if (this.#maximized) return
    this.#maximized = true
    void this.webContents.setContentSize(SCREEN.width, SCREEN.height)
    this.emit('maximize', makeEvent())
    this.emit('resize', makeEvent())
  }
  unmaximize(): void {
    if (!this.#maximized) return
    this.#maximized = false
    void this.webContents.setContentSize(this.#bounds.width, this.#bounds.height)
    this.emit('unmaximize', makeEvent())
    this.emit('resize', makeEvent())
  }
  isMaximized(): boolean {
    return this.#maximized
  }
  setFullScreen(v: boolean): void {
    if (v === this.#fullScreen) return
    this.#fullScreen = v
    const s = v ? SCREEN : this.#bounds
    void this.webContents.ready.then(() => this.webContents.setContentSize(s.width, s.height))
    this.emit(v ? 'enter-full-screen' : 'leave-full-screen', makeEvent())
  }
  isFullScreen(): boolean {
    return this.#fullScreen
  }
  setKiosk(v: boolean): void {
    this.#o.kiosk = v
    this.setFullScreen(v)
  }
  isKiosk(): boolean {
    return !!this.#o.kiosk
  }
  isNormal(): boolean {
    return !this.#minimized && !this.#maximized && !this.#fullScreen
  }

  // --- geometry -------------------------------------------------------------------
  setBounds(b: Partial<Rect>): void {
    this.#guard()
    const old = this.#bounds
    const next = { ...old, ...b }
    next.width = Math.min(Math.max(next.width, this.#o.minWidth ?? 0), this.#o.maxWidth || Infinity)
    next.height = Math.min(Math.max(next.height, this.#o.minHeight ?? 0), this.#o.maxHeight || Infinity)
    this.#bounds = next
    if (next.width !== old.width || next.height !== old.height) {
      void this.webContents.ready.then(() => this.webContents.setContentSize(next.width, next.height))
      this.emit('resize', makeEvent())
      this.emit('resized', makeEvent())
    }
    if (next.x !== old.x || next.y !== old.y) {
      this.emit('move', makeEvent())
      this.emit('moved', makeEvent())
    }
  }
  getBounds(): Rect {
    this.#guard()
    return this.#maximized || this.#fullScreen ? { x: 0, y: 0, ...SCREEN } : { ...this.#bounds }
  }
  getNormalBounds(): Rect {
    return { ...this.#bounds }
  }
  getContentBounds(): Rect {
    return this.getBounds()
  }
  setContentBounds(b: Rect): void {
    this.setBounds(b)
  }
  getSize(): number[] {
    const b = this.getBounds()
    return [b.width, b.height]
  }
  setSize(width: number, height: number): void {
    this.setBounds({ width, height })
  }
  getContentSize(): number[] {
    return this.getSize()
  }
  setContentSize(width: number, height: number): void {
    this.setSize(width, height)
  }
  getPosition(): number[] {
    const b = this.getBounds()
    return [b.x, b.y]
  }
  setPosition(x: number, y: number): void {
    this.setBounds({ x, y })
  }
  center(): void {
    this.setPosition(
      Math.round((SCREEN.width - this.#bounds.width) / 2),
      Math.round((SCREEN.height - this.#bounds.height) / 2),
    )
  }
  setMinimumSize(w: number, h: number): void {
    this.#o.minWidth = w
    this.#o.minHeight = h
  }
  getMinimumSize(): number[] {
    return [this.#o.minWidth ?? 0, this.#o.minHeight ?? 0]
  }
  setMaximumSize(w: number, h: number): void {
    this.#o.maxWidth = w
    this.#o.maxHeight = h
  }
  getMaximumSize(): number[] {
    return [this.#o.maxWidth ?? 0, this.#o.maxHeight ?? 0]
  }

  // --- the rest ---------------------------------------------------------------------
  setTitle(t: string): void {
    this.#title = String(t)
  }
  getTitle(): string {
    this.#guard()
    return this.#title
  }
  get title(): string {
    return this.getTitle()
  }
  set title(t: string) {
    this.setTitle(t)
  }
  setMenu(menu: Menu | null): void {
    this.#menu = menu
  }
  removeMenu(): void {
    this.#menu = null
  }
  setMenuBarVisibility(v: boolean): void {
    this.#menuBar = v
  }
  isMenuBarVisible(): boolean {
    return this.#menuBar && !this.#o.autoHideMenuBar && this.#menu !== null
  }
  setAutoHideMenuBar(v: boolean): void {
    this.#o.autoHideMenuBar = v
  }
  isMenuBarAutoHide(): boolean {
    return !!this.#o.autoHideMenuBar
  }
  getParentWindow(): BrowserWindow | null {
    return this.#o.parent ?? null
  }
  getChildWindows(): BrowserWindow[] {
    return BrowserWindow.getAllWindows().filter((w) => w.getParentWindow() === this)
  }
  isModal(): boolean {
    return !!this.#o.modal
  }
  isEnabled(): boolean {
    return true
  }
  setBackgroundColor(c: string): void {
    this.#o.backgroundColor = c
  }
  getBackgroundColor(): string {
    return this.#o.backgroundColor ?? '#FFFFFF'
  }
  getMediaSourceId(): string {
    return `window:${this.id}:0`
  }
  // --- end --------------------------------------------------------------------------
  isDestroyed(): boolean {
    return this.#destroyed
  }
  /** true if the window went away */
  close(): boolean {
    if (this.#destroyed) return true
    const event = makeEvent()
    this.emit('close', event)
    if (event.defaultPrevented) return false
    this.destroy()
    return true
  }
  destroy(): void {
    if (this.#destroyed) return
    for (const child of this.getChildWindows()) child.destroy()
    if (focused === this) this.#unfocus()
    this.#destroyed = true
    this.#visible = false
    windows.delete(this.id)
    order = order.filter((w) => w !== this)
    this.webContents.destroyTarget()
    this.emit('closed', makeEvent())
    host.app.windowGone(windows.size)
  }
}

addFlags(BrowserWindow.prototype)
complete(BrowserWindow.prototype, 'BrowserWindow', 'BrowserWindow', 'instance', ['id', 'webContents'])
complete(BrowserWindow, 'BrowserWindow', 'BrowserWindow', 'static')
watchEvents(BrowserWindow.prototype, 'BrowserWindow', 'BrowserWindow', [
  'close',
  'closed',
  'show',
  'hide',
  'focus',
  'blur',
  'minimize',
  'restore',
  'maximize',
  'unmaximize',
  'resize',
  'resized',
  'move',
  'moved',
  'ready-to-show',
  'page-title-updated',
  'enter-full-screen',
  'leave-full-screen',
])
