/** The `electron` module of the main process. */
import { app } from './app.ts'
import { BrowserWindow } from './browser-window.ts'
import { ipcMain } from './ipc-main.ts'
import { Menu, MenuItem } from './menu.ts'
import * as misc from './misc.ts'
import { nativeImage } from './native-image.ts'
import { createSafeStorage } from './safe-storage.ts'
import { protocol, sessionModule } from './session.ts'
import { Tray } from './tray.ts'
import { utilityProcess } from './utility-process.ts'
import { complete, mainExports, NotImplemented } from './util.ts'
import { webContents, webFrameMain } from './web-contents.ts'

const safeStorage = createSafeStorage(
  () => app.getPath('userData'),
  () => app.isReady(),
)
complete(safeStorage, 'SafeStorage', 'safeStorage')

const done: Record<string, any> = {
  app,
  BrowserWindow,
  ipcMain,
  Menu,
  MenuItem,
  nativeImage,
  safeStorage,
  protocol,
  session: sessionModule,
  Tray,
  utilityProcess,
  webContents,
  webFrameMain,
  ...misc,
}

export const electron: Record<string, any> = {}
export const missing: string[] = []
for (const [name, { kind, iface }] of Object.entries(mainExports)) {
  let value = done[name]
  if (value === undefined) {
    missing.push(name)
    if (kind === 'class') {
      value = class {
        constructor() {
          throw new NotImplemented(`new ${name}()`)
        }
      }
      complete(value, iface, name, 'static')
    } else {
      value = {}
      complete(value, iface, name)
    }
  }
  Object.defineProperty(electron, name, { enumerable: true, configurable: true, writable: true, value })
}
