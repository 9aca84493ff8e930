/** How the window is made: no Node in the page, its own world for the preload script, a sandbox, and only our page. Pure. */
import type { BrowserWindowConstructorOptions } from 'electron'

export const windowOptions = (preload: string, icon: string | undefined): BrowserWindowConstructorOptions => ({
  title: 'claw-mesh',
  width: 1_080,
  height: 720,
  minWidth: 360,
  minHeight: 480,
  show: false,
  autoHideMenuBar: true,
  ...(icon === undefined ? {} : { icon }),
  webPreferences: {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    spellcheck: false,
  },
})
