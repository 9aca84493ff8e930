/** Menu and MenuItem: the model (labels, states, roles, clicks) without a picture. */
import { EventEmitter } from 'node:events'
import { complete, NotImplemented, record, watchEvents } from './util.ts'

const ROLE_LABELS: Record<string, string> = {
  undo: 'Undo',
  redo: 'Redo',
  cut: 'Cut',
  copy: 'Copy',
  paste: 'Paste',
  pasteAndMatchStyle: 'Paste and Match Style',
  delete: 'Delete',
  selectAll: 'Select All',
  reload: 'Reload',
  forceReload: 'Force Reload',
  toggleDevTools: 'Toggle Developer Tools',
  resetZoom: 'Actual Size',
  zoomIn: 'Zoom In',
  zoomOut: 'Zoom Out',
  togglefullscreen: 'Toggle Full Screen',
  minimize: 'Minimize',
  close: 'Close Window',
  quit: process.platform === 'win32' ? 'Exit' : 'Quit',
  about: 'About',
  hide: 'Hide',
  hideOthers: 'Hide Others',
  unhide: 'Show All',
  front: 'Bring All to Front',
  services: 'Services',
  window: 'Window',
  windowMenu: 'Window',
  editMenu: 'Edit',
  viewMenu: 'View',
  fileMenu: 'File',
  appMenu: 'App',
  help: 'Help',
  zoom: 'Zoom',
  startSpeaking: 'Start Speaking',
  stopSpeaking: 'Stop Speaking',
  recentDocuments: 'Open Recent',
  clearRecentDocuments: 'Clear Menu',
  shareMenu: 'Share',
}
const EDIT_COMMANDS: Record<string, string> = {
  undo: 'undo',
  redo: 'redo',
  cut: 'cut',
  copy: 'copy',
  delete: 'delete',
  selectall: 'selectAll',
}
const SUBMENUS: Record<string, any[]> = {
  editmenu: [
    { role: 'undo' },
    { role: 'redo' },
    { type: 'separator' },
    { role: 'cut' },
    { role: 'copy' },
    { role: 'paste' },
    { role: 'delete' },
    { type: 'separator' },
    { role: 'selectAll' },
  ],
  viewmenu: [
    { role: 'reload' },
    { role: 'forceReload' },
    { role: 'toggleDevTools' },
    { type: 'separator' },
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
  ],
  windowmenu: [{ role: 'minimize' }, { role: 'close' }],
  filemenu: [{ role: process.platform === 'darwin' ? 'close' : 'quit' }],
}

interface Host {
  app: any
  focusedWindow(): any
}
let host: Host
export const setMenuHost = (h: Host): void => void (host = h)

let nextCommandId = 0

export class MenuItem {
  [key: string]: any
  constructor(options: Record<string, any>) {
    for (const k of Object.keys(options)) if (k !== 'click' && !(k in this)) this[k] = options[k]
    const role = typeof this.role === 'string' ? this.role : undefined
    const known = role && Object.keys(ROLE_LABELS).find((r) => r.toLowerCase() === role.toLowerCase())
    if (role && !known) throw new Error(`Invalid role: ${role}`) // Electron fails later and less clearly
    if (!this.submenu && role && SUBMENUS[role.toLowerCase()]) this.submenu = SUBMENUS[role.toLowerCase()]
    if (this.submenu !== undefined && !(this.submenu instanceof Menu))
      this.submenu = Menu.buildFromTemplate(this.submenu)
    this.type ??= this.submenu ? 'submenu' : 'normal'
    if (!['normal', 'separator', 'submenu', 'checkbox', 'radio', 'header', 'palette'].includes(this.type))
      throw new Error(`Unknown menu item type: ${this.type}`)
    if (this.type === 'submenu' && !this.submenu) throw new Error('Invalid submenu')
    this.label ??= known ? ROLE_LABELS[known] : ''
    this.sublabel ??= ''
    this.toolTip ??= ''
    this.accessibilityLabel ??= ''
    this.enabled ??= true
    this.visible ??= true
    this.checked ??= false
    this.registerAccelerator ??= true
    this.accelerator ??= null
    this.userAccelerator ??= null
    this.id ??= ''
    this.commandId = ++nextCommandId
    const click = options.click
    this.click = (event?: any, focusedWindow?: any, focusedWebContents?: any) => {
      // a click flips a checkbox (or takes a radio group) before the handler runs
      if (this.type === 'checkbox' || this.type === 'radio') this.checked = !this.checked
      focusedWindow ??= host.focusedWindow() ?? undefined
      if (role) return runRole(role.toLowerCase(), focusedWindow, focusedWebContents ?? focusedWindow?.webContents)
      if (typeof click === 'function') click(this, focusedWindow, event ?? {})
    }
  }
}

function runRole(role: string, win: any, wc: any): void {
  if (role === 'quit') return host.app.quit()
  if (role === 'about') return host.app.showAboutPanel()
  if (['hide', 'hideothers', 'unhide', 'front'].includes(role)) throw new NotImplemented(`menu role '${role}'`)
  if (!win) return
  switch (role) {
    case 'close':
      return win.close()
    case 'minimize':
      return win.minimize()
    case 'togglefullscreen':
      return win.setFullScreen(!win.isFullScreen())
    case 'reload':
      return wc.reload()
    case 'forcereload':
      return wc.reloadIgnoringCache()
    case 'toggledevtools':
      return wc.toggleDevTools()
    case 'resetzoom':
      return wc.setZoomLevel(0)
    case 'zoomin':
      return wc.setZoomLevel(wc.getZoomLevel() + 0.5)
    case 'zoomout':
      return wc.setZoomLevel(wc.getZoomLevel() - 0.5)
  }
  if (EDIT_COMMANDS[role])
    return void wc.executeJavaScript(`document.execCommand(${JSON.stringify(EDIT_COMMANDS[role])})`, true)
  throw new NotImplemented(`menu role '${role}'`)
}

export class Menu extends EventEmitter {
  items: MenuItem[] = []
  static #application: Menu | null = null
  static #applicationSet = false

  static buildFromTemplate(template: any[]): Menu {
    if (!Array.isArray(template)) throw new TypeError('Invalid template for Menu: Menu template must be an array')
    const menu = new Menu()
    for (const t of template) {
      if (t === null || typeof t !== 'object')
        throw new TypeError('Invalid template for MenuItem: must have at least one of label, role or type')
      if (!(t instanceof MenuItem)) {
        if (t.label === undefined && t.role === undefined && t.type === undefined)
          throw new TypeError('Invalid template for MenuItem: must have at least one of label, role or type')
        for (const k of ['before', 'after', 'beforeGroupContaining', 'afterGroupContaining'])
          if (k in t) throw new NotImplemented(`MenuItem option '${k}'`)
      }
      menu.append(t instanceof MenuItem ? t : new MenuItem(t))
    }
    return menu
  }
  static setApplicationMenu(menu: Menu | null): void {
    if (menu !== null && !(menu instanceof Menu)) throw new TypeError('Invalid menu')
    Menu.#application = menu
    Menu.#applicationSet = true
  }
  static getApplicationMenu(): Menu | null {
    // Electron sets a default menu when the app has set none
    if (!Menu.#applicationSet && host.app.isReady())
      Menu.setApplicationMenu(
        Menu.buildFromTemplate([
          { role: 'fileMenu' },
          { role: 'editMenu' },
          { role: 'viewMenu' },
          { role: 'windowMenu' },
        ]),
      )
    return Menu.#application
  }
  append(item: MenuItem): void {
    this.insert(this.items.length, item)
  }
  insert(pos: number, item: MenuItem): void {
    if (!(item instanceof MenuItem)) throw new TypeError('Invalid item')
    if (pos < 0) throw new RangeError(`Position ${pos} cannot be less than 0`)
    if (pos > this.items.length) throw new RangeError(`Position ${pos} cannot be greater than the total MenuItem count`)
    item.menu = this
    this.items.splice(pos, 0, item)
    if (item.type === 'radio') this.#radio(item)
    else if (item.type === 'checkbox') {
      let checked = !!item.checked
      Object.defineProperty(item, 'checked', {
        enumerable: true,
        configurable: true,
        get: () => checked,
        set: (v) => void (checked = !!v),
      })
    }
  }
  /** radio items between two separators form a group with one choice */
  #radio(item: MenuItem): void {
    const group = (): MenuItem[] => {
      const at = this.items.indexOf(item)
      let from = at
      let to = at
      while (from > 0 && this.items[from - 1].type === 'radio') from--
      while (to < this.items.length - 1 && this.items[to + 1].type === 'radio') to++
      return this.items.slice(from, to + 1)
    }
    const first = item.checked || !group().some((i) => i !== item && i.checked) ? !!item.checked : false
    item.__radio = first
    Object.defineProperty(item, '__radio', { enumerable: false, writable: true, value: first })
    Object.defineProperty(item, 'checked', {
      enumerable: true,
      configurable: true,
      get: () => item.__radio,
      set: () => {
        for (const i of group()) i.__radio = i === item
      },
    })
    if (first) item.checked = true
  }
  getMenuItemById(id: string): MenuItem | null {
    for (const i of this.items) {
      if (i.id === id) return i
      const sub: MenuItem | null = i.submenu?.getMenuItemById(id) ?? null
      if (sub) return sub
    }
    return null
  }
  popup(options: any = {}): void {
    if (options !== null && typeof options !== 'object') throw new TypeError('Options must be an object')
    record.popups.push({ menu: this, options })
    this.emit('menu-will-show', {})
    this.#onClosed = options?.callback
  }
  #onClosed?: () => void
  closePopup(): void {
    this.emit('menu-will-close', {})
    this.#onClosed?.()
    this.#onClosed = undefined
  }
}
complete(Menu.prototype, 'Menu', 'Menu')
complete(Menu, 'Menu', 'Menu', 'static')
complete(MenuItem.prototype, 'Accelerator', 'MenuItem')
watchEvents(Menu.prototype, 'Menu', 'Menu', ['menu-will-show', 'menu-will-close'])
