/** The two channels between the window and the app around it. Plain text, so that the preload script stays a few lines. */
export const ipcChannels = {
  /** Window to app, answered: an `IpcRequest`, for an `IpcReply`. */
  call: 'claw-mesh.call',
  /** App to window: an `IpcPush`. */
  push: 'claw-mesh.push',
} as const
