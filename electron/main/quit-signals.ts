/**
 * Ctrl-C, `kill` and a terminal that goes away, as one wish: the app should end. The first ends it as the menu's Quit does,
 * the next one at once. Node takes a signal away from Electron's own handler as soon as anybody listens to it, and a library
 * under conf (when-exit) does: without this the app would be killed in the midst of its work.
 */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A terminal signals launcher and app alike, the launcher passes it on, and when-exit raises it anew: all one press. */
export const onePressMs = 500

export interface QuitSignalsDeps {
  readonly on: (signal: NodeJS.Signals, listener: () => void) => unknown
  readonly now: () => number
  readonly quit: () => void
  readonly quitNow: () => void
}

export function onQuitSignals({ on, now, quit, quitNow }: QuitSignalsDeps): void {
  let pressedAt: number | undefined
  const heard = (): void => {
    if (pressedAt === undefined) {
      pressedAt = now()
      quit()
    } else if (now() - pressedAt >= onePressMs) quitNow()
  }
  for (const signal of signals) on(signal, heard)
}
