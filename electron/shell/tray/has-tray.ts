/** Whether a tray icon would be seen. Only Linux desktops may have none, and they say so on the session bus. */
import { execFile } from 'node:child_process'

const question = [
  'call',
  '--session',
  '--dest=org.freedesktop.DBus',
  '--object-path=/org/freedesktop/DBus',
  '--method=org.freedesktop.DBus.NameHasOwner',
  'org.kde.StatusNotifierWatcher',
]

/** Where nobody can say, a tray is assumed: starting the app again shows its window in any case. */
export function hasTray(platform: NodeJS.Platform, ask: () => Promise<string> = askBus): Promise<boolean> {
  if (platform !== 'linux') return Promise.resolve(true)
  return ask().then(
    (answer) => !answer.includes('false'),
    () => true,
  )
}

const askBus = (): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile('gdbus', question, { timeout: 1_000 }, (error, stdout) => {
      if (error) reject(new Error('The session bus does not answer.', { cause: error }))
      else resolve(stdout)
    })
  })
