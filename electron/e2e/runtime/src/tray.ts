import { EventEmitter } from 'node:events'
import { Menu } from './menu.ts'
import { toImage, type NativeImage } from './native-image.ts'
import { complete, makeEvent, record, watchEvents } from './util.ts'

export class Tray extends EventEmitter {
  #image: NativeImage
  #menu: Menu | null = null
  #title = ''
  #toolTip = ''
  #guid: string | null
  #ignoreDouble = false
  #destroyed = false

  constructor(image: unknown, guid?: string) {
    super()
    this.#image = toImage(image, 'Tray')
    this.#guid = guid ?? null
    // Weak on purpose: a Tray that the app does not hold on to vanishes in Electron as well.
    record.trays.push(new WeakRef(this))
  }
  #live(): void {
    if (this.#destroyed) throw new TypeError('Tray is destroyed')
  }
  setImage(image: unknown): void {
    this.#live()
    this.#image = toImage(image, 'Tray.setImage')
  }
  setPressedImage(image: unknown): void {
    this.#live()
    toImage(image, 'Tray.setPressedImage')
  }
  setToolTip(text: string): void {
    this.#live()
    this.#toolTip = String(text)
  }
  setTitle(text: string): void {
    this.#live()
    this.#title = String(text)
  }
  getTitle(): string {
    return this.#title
  }
  setContextMenu(menu: Menu | null): void {
    this.#live()
    if (menu !== null && !(menu instanceof Menu))
      throw new TypeError('Error processing argument at index 0, conversion failure from menu')
    this.#menu = menu
  }
  popUpContextMenu(menu?: Menu): void {
    this.#live()
    ;(menu ?? this.#menu)?.popup({})
  }
  closeContextMenu(): void {
    this.#menu?.closePopup()
  }
  setIgnoreDoubleClickEvents(v: boolean): void {
    this.#ignoreDouble = v
  }
  getIgnoreDoubleClickEvents(): boolean {
    return this.#ignoreDouble
  }
  getBounds() {
    return { x: 1400, y: 0, width: 24, height: 24 }
  }
  getGUID(): string | null {
    return this.#guid
  }
  focus(): void {}
  isDestroyed(): boolean {
    return this.#destroyed
  }
  destroy(): void {
    this.#destroyed = true
    this.#menu = null
    const at = record.trays.findIndex((r) => r.deref() === this)
    if (at >= 0) record.trays.splice(at, 1)
  }
  /** for tests on this runtime: what a user could see */
  static inspect(tray: Tray) {
    return { toolTip: tray.#toolTip, title: tray.#title, image: tray.#image, menu: tray.#menu }
  }
  /** for tests on this runtime: a left click on the icon */
  static leftClick(tray: Tray): void {
    tray.emit(
      'click',
      makeEvent({ altKey: false, ctrlKey: false, metaKey: false, shiftKey: false }),
      tray.getBounds(),
      { x: 1412, y: 12 },
    )
  }
}
complete(Tray.prototype, 'Tray', 'Tray')
watchEvents(Tray.prototype, 'Tray', 'Tray', ['click', 'right-click', 'double-click'])
