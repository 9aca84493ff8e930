/** ipcMain and its per-webContents form. */
import { EventEmitter } from 'node:events'
import { complete, makeEvent } from './util.ts'

type Handler = (event: any, ...args: any[]) => any

export class IpcMain extends EventEmitter {
  readonly handlers = new Map<string, Handler>()
  handle(channel: string, fn: Handler): void {
    if (this.handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
    if (typeof fn !== 'function')
      throw new TypeError(`Expected handler to be a function, but found type '${typeof fn}'`)
    this.handlers.set(channel, fn)
  }
  handleOnce(channel: string, fn: Handler): void {
    this.handle(channel, (...a) => {
      this.removeHandler(channel)
      return fn(...(a as [any]))
    })
  }
  removeHandler(channel: string): void {
    this.handlers.delete(channel)
  }
}
complete(IpcMain.prototype, 'IpcMain', 'ipcMain')

export const ipcMain = new IpcMain()
ipcMain.setMaxListeners(0)
ipcMain.on('error', () => {})

function eventFor(wc: any, extra: object = {}) {
  const frame = wc.mainFrame
  return makeEvent({
    type: 'frame',
    sender: wc,
    senderFrame: frame,
    frameId: frame.routingId,
    processId: frame.processId,
    frameTreeNodeId: frame.frameTreeNodeId,
    ports: [],
    reply: (channel: string, ...args: unknown[]) => wc.send(channel, ...args),
    ...extra,
  })
}

export const dispatchIpc = {
  send(wc: any, channel: string, args: any[]): void {
    const event = Object.defineProperty(eventFor(wc), 'returnValue', { set() {}, get: () => undefined })
    wc.emit('ipc-message', event, channel, ...args)
    wc.ipc.emit(channel, event, ...args)
    ipcMain.emit(channel, event, ...args)
  },
  /** sendSync: the first assignment of event.returnValue is the answer */
  sync(wc: any, channel: string, args: any[]): Promise<unknown> {
    return new Promise((resolve) => {
      const event = Object.defineProperty(eventFor(wc), 'returnValue', { set: resolve, get: () => undefined })
      wc.emit('ipc-message-sync', event, channel, ...args)
      const heard = [wc.ipc.emit(channel, event, ...args), ipcMain.emit(channel, event, ...args)].some(Boolean)
      if (!heard) {
        process.stderr.write(
          `WebContents #${wc.id} called ipcRenderer.sendSync() with '${channel}' channel without listeners.\n`,
        )
        resolve(undefined)
      }
    })
  },
  async invoke(wc: any, channel: string, args: any[]): Promise<{ result?: unknown; error?: string }> {
    const handler = wc.ipc.handlers.get(channel) ?? ipcMain.handlers.get(channel)
    if (!handler) return { error: `Error: No handler registered for '${channel}'` }
    try {
      return { result: await handler(eventFor(wc), ...args) }
    } catch (e: any) {
      console.error(`Error occurred in handler for '${channel}':`, e)
      return { error: String(e) }
    }
  },
}
