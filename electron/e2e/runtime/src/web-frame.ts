/** The one frame of a page that is known. */
import type { IpcMain } from './ipc-main.ts'
import { complete } from './util.ts'
import type { WebContents } from './web-contents.ts'

export class WebFrameMain {
  #wc: WebContents
  constructor(wc: WebContents) {
    this.#wc = wc
  }
  get url(): string {
    return this.#wc.getURL()
  }
  get origin(): string {
    try {
      const u = new URL(this.url)
      return u.protocol === 'file:' ? 'file://' : `${u.protocol}//${u.host}`
    } catch {
      return ''
    }
  }
  get name(): string {
    return ''
  }
  get top(): WebFrameMain {
    return this
  }
  get parent(): null {
    return null
  }
  get detached(): boolean {
    return this.#wc.isDestroyed()
  }
  get processId(): number {
    return this.#wc.id + 3
  }
  get routingId(): number {
    return 1
  }
  get frameTreeNodeId(): number {
    return this.#wc.id
  }
  isDestroyed(): boolean {
    return this.#wc.isDestroyed()
  }
  send(channel: string, ...args: unknown[]): void {
    this.#wc.send(channel, ...args)
  }
  executeJavaScript(code: string, gesture?: boolean): Promise<unknown> {
    return this.#wc.executeJavaScript(code, gesture)
  }
  get ipc(): IpcMain {
    return this.#wc.ipc
  }
}
complete(WebFrameMain.prototype, 'WebFrameMain', 'WebFrameMain')
