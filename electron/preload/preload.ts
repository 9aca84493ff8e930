/** The transport handed to the window: one call, one subscription, and nothing else of Electron. */
import { contextBridge, ipcRenderer } from 'electron'
import type { IpcBridge } from '../../shared/contract/ipc.ts'
import { ipcChannels } from '../../shared/contract/ipc-channels.ts'

const bridge: IpcBridge = {
  call: (request) => ipcRenderer.invoke(ipcChannels.call, request) as Promise<unknown>,
  onPush: (listener) => {
    // The event itself stays here: it carries the sender, and with it ways to answer.
    const hear = (_event: unknown, push: unknown): void => listener(push)
    ipcRenderer.on(ipcChannels.push, hear)
    return () => void ipcRenderer.off(ipcChannels.push, hear)
  },
}
contextBridge.exposeInMainWorld('clawMesh', Object.freeze(bridge))
