const { contextBridge, ipcRenderer } = require('electron')
globalThis.onlyInPreload = true
contextBridge.exposeInMainWorld('switch', {
  set: (on) => ipcRenderer.invoke('switch', on),
  onChange: (told) => {
    const listener = (_event, on) => told(on)
    ipcRenderer.on('changed', listener)
    return () => ipcRenderer.off('changed', listener)
  },
})
