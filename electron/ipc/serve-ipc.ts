/** Opens the one channel on which the window calls, and pushes to whichever windows there are. */
import { ipcMain, type WebContents } from 'electron'
import type { IpcPush } from '../../shared/contract/ipc.ts'
import { ipcChannels } from '../../shared/contract/ipc-channels.ts'
import type { Log } from '../../shared/core/platform/log.ts'
import { answerCall, type Doors } from './answer-call.ts'
import { isAppUrl } from './trusted-sender.ts'

/** Returns what closes the channel. */
export function serveIpc(deps: { readonly doors: Doors; readonly log: Log }): () => void {
  ipcMain.handle(ipcChannels.call, (event, request: unknown) => answerCall(event.senderFrame, request, deps))
  return () => ipcMain.removeHandler(ipcChannels.call)
}

/** A window that shows anything but our page is told nothing. */
export function pushTo(
  contents: Pick<WebContents, 'isDestroyed' | 'getURL' | 'send'> | undefined,
  push: IpcPush,
): void {
  if (!contents || contents.isDestroyed() || !isAppUrl(contents.getURL())) return
  contents.send(ipcChannels.push, push)
}
