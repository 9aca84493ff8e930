/** What a page keeps about itself that hardly touches Chromium: developer tools, sound, zoom, user agent, added styles. */
import { EventEmitter } from 'node:events'
import type { Session as Cdp } from './cdp.ts'
import { defaultSession, type Session } from './session.ts'
import { makeEvent } from './util.ts'

export abstract class PageSettings extends EventEmitter {
  readonly session: Session = defaultSession
  abstract ready: Promise<void>
  protected cdp!: Cdp
  protected prefs: any
  #zoom = 0
  #devTools = false
  #muted = false
  #css = new Map<string, string>()
  #userAgent: string | null = null

  abstract executeJavaScript(code: string, userGesture?: boolean): Promise<unknown>

  openDevTools(): void {
    if (this.#devTools) return
    this.#devTools = true
    queueMicrotask(() => this.emit('devtools-opened', makeEvent()))
  }
  closeDevTools(): void {
    if (!this.#devTools) return
    this.#devTools = false
    queueMicrotask(() => this.emit('devtools-closed', makeEvent()))
  }
  toggleDevTools(): void {
    if (this.#devTools) this.closeDevTools()
    else this.openDevTools()
  }
  isDevToolsOpened(): boolean {
    return this.#devTools
  }
  isDevToolsFocused(): boolean {
    return false
  }
  get devToolsWebContents(): null {
    return null
  }
  setAudioMuted(v: boolean): void {
    this.#muted = v
  }
  isAudioMuted(): boolean {
    return this.#muted
  }
  setBackgroundThrottling(): void {}
  getBackgroundThrottling(): boolean {
    return this.prefs.backgroundThrottling ?? true
  }
  getZoomLevel(): number {
    return this.#zoom
  }
  setZoomLevel(level: number): void {
    this.#zoom = level
    void this.ready.then(() => this.executeJavaScript(`document.documentElement.style.zoom = ${1.2 ** level}; 0`))
  }
  getZoomFactor(): number {
    return 1.2 ** this.#zoom
  }
  setZoomFactor(f: number): void {
    if (!(f > 0)) throw new Error("'zoomFactor' must be a double greater than 0.0")
    this.setZoomLevel(Math.log(f) / Math.log(1.2))
  }
  get zoomLevel(): number {
    return this.getZoomLevel()
  }
  set zoomLevel(v: number) {
    this.setZoomLevel(v)
  }
  get zoomFactor(): number {
    return this.getZoomFactor()
  }
  set zoomFactor(v: number) {
    this.setZoomFactor(v)
  }
  async setVisualZoomLevelLimits(): Promise<void> {}
  getUserAgent(): string {
    return this.#userAgent ?? this.session.getUserAgent()
  }
  setUserAgent(ua: string): void {
    this.#userAgent = ua
    void this.ready.then(() => this.cdp.post('Emulation.setUserAgentOverride', { userAgent: ua }))
  }
  get userAgent(): string {
    return this.getUserAgent()
  }
  set userAgent(v: string) {
    this.setUserAgent(v)
  }
  async insertCSS(css: string): Promise<string> {
    const key = `css-${this.#css.size + 1}`
    await this.executeJavaScript(
      `{ const s = document.createElement('style'); s.dataset.eoc = ${JSON.stringify(key)}; s.textContent = ${JSON.stringify(css)}; document.documentElement.append(s); 0 }`,
    )
    this.#css.set(key, css)
    return key
  }
  async removeInsertedCSS(key: string): Promise<void> {
    await this.executeJavaScript(`document.querySelector('style[data-eoc=${JSON.stringify(key)}]')?.remove()`)
  }
}
