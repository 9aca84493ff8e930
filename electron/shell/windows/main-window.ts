/**
 * The one window: made when first shown, hidden on close, given up after a while hidden, made anew when asked for. What
 * is said to it before its page listens waits until it does.
 */
import { BrowserWindow } from 'electron'
import type { Clock } from '../../../shared/core/platform/clock.ts'
import { appUrl } from './app-protocol.ts'
import { windowOptions } from './window-options.ts'

export interface MainWindowDeps {
  readonly clock: Clock
  readonly preload: string
  readonly icon: string | undefined
  readonly keepHiddenMs: () => number
  /** Without a tray a closed window could not be found again: it is minimised instead. */
  readonly hasTray: () => boolean
  /** It was closed by the person and is now out of sight. */
  readonly onHidden: () => void
  /** The window is gone, with everything its page listened to. */
  readonly onGone: () => void
}

export class MainWindow {
  readonly #deps: MainWindowDeps
  #window: BrowserWindow | undefined
  #cancelGiveUp: () => void = () => undefined
  #quitting = false

  constructor(deps: MainWindowDeps) {
    this.#deps = deps
  }

  get contents() {
    return this.#window?.webContents
  }

  get isVisible(): boolean {
    return this.#window?.isVisible() === true && !this.#window.isMinimized()
  }

  show(): void {
    this.#cancelGiveUp()
    const window = this.#window ?? this.#make()
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
  }

  /** As at a start in the background where there is no tray: there, but not in the way. */
  showMinimized(): void {
    const window = this.#window ?? this.#make()
    window.minimize()
  }

  /** From now on closing means closing. */
  letGo(): void {
    this.#quitting = true
    this.#cancelGiveUp()
  }

  #make(): BrowserWindow {
    const { preload, icon, onGone } = this.#deps
    const window = new BrowserWindow(windowOptions(preload, icon))
    this.#window = window
    window.on('close', (event) => {
      if (this.#quitting) return
      event.preventDefault()
      this.#hide(window)
    })
    window.on('closed', () => {
      if (this.#window === window) this.#window = undefined
      onGone()
    })
    window.loadURL(appUrl).catch(() => {
      // Destroyed while loading, or a page that fails to load: the next click makes a new one.
      if (!window.isDestroyed() && !this.#quitting) window.destroy()
    })
    return window
  }

  #hide(window: BrowserWindow): void {
    const { clock, hasTray, keepHiddenMs, onHidden } = this.#deps
    if (!hasTray()) {
      window.minimize()
      return
    }
    window.hide()
    this.#cancelGiveUp()
    this.#cancelGiveUp = clock.after(keepHiddenMs(), () => {
      if (!window.isDestroyed() && !window.isVisible()) window.destroy()
    })
    onHidden()
  }
}
