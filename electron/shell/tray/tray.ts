/** Shows state and menu in the tray; knows nothing of what they mean. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron'
import type { Translate } from '../../../shared/i18n/create-i18n.ts'
import type { TrayAction } from './tray-action.ts'
import { type TrayItem, trayMenu } from './tray-menu.ts'
import { type TrayIcon, trayIcon, type TrayState } from './tray-state.ts'

export interface AppTrayDeps {
  /** Folder of the icons. */
  readonly images: string
  readonly platform: NodeJS.Platform
  readonly act: (action: TrayAction) => void
  /** The tray itself was clicked. */
  readonly clicked: () => void
}

export class AppTray {
  readonly #deps: AppTrayDeps
  #tray: Tray | undefined
  #shown = ''
  #icon: TrayIcon | undefined

  constructor(deps: AppTrayDeps) {
    this.#deps = deps
  }

  /** False where the system refuses to show one. */
  start(): boolean {
    try {
      this.#tray = new Tray(this.#image('idle'))
    } catch {
      return false
    }
    this.#tray.on('click', this.#deps.clicked)
    return true
  }

  stop(): void {
    this.#tray?.destroy()
    this.#tray = undefined
  }

  show(state: TrayState, t: Translate): void {
    const tray = this.#tray
    if (!tray) return
    const icon = trayIcon(state)
    if (icon !== this.#icon) {
      this.#icon = icon
      tray.setImage(this.#image(icon))
    }
    tray.setToolTip(t(`desktop:tray.${icon}`))
    const menu = trayMenu(state, t)
    // A menu that is replaced while it is open closes: only what changed is shown anew.
    const shown = JSON.stringify(menu)
    if (shown === this.#shown) return
    this.#shown = shown
    tray.setContextMenu(Menu.buildFromTemplate(menu.map((item) => this.#item(item))))
  }

  #item({ label, type, checked, enabled = true, action, submenu }: TrayItem): MenuItemConstructorOptions {
    return {
      label,
      enabled,
      ...(type ? { type } : {}),
      ...(checked === undefined ? {} : { checked }),
      ...(submenu ? { submenu: submenu.map((item) => this.#item(item)) } : {}),
      ...(action ? { click: () => this.#clicked(action) } : {}),
    }
  }

  /** The system has ticked the box already; what holds is shown once the action is done. */
  #clicked(action: TrayAction): void {
    this.#shown = ''
    this.#deps.act(action)
  }

  #image(icon: TrayIcon) {
    const file = path.join(this.#deps.images, imageFile(icon, this.#deps.platform))
    return existsSync(file) ? nativeImage.createFromPath(file) : nativeImage.createEmpty()
  }
}

/** macOS takes a template image and colours it itself; each system has its own size. Electron finds `@2x` beside it. */
function imageFile(icon: TrayIcon, platform: NodeJS.Platform): string {
  if (platform === 'darwin') return `${icon}Template.png`
  return platform === 'win32' ? `${icon}-16.png` : `${icon}-22.png`
}
