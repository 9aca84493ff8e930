/** SIGINT, SIGTERM and SIGHUP as one thing: somebody wants this to end. */
export type Stop = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

export interface Signals {
  /** While anybody listens, the signal does nothing else. Returns its unsubscribe. */
  onStop(listener: (signal: Stop) => void): () => void
  /** Ends the process now. */
  quit(): void
}

const all: readonly Stop[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

export const processSignals: Signals = {
  onStop: (listener) => {
    for (const signal of all) process.on(signal, listener)
    return () => {
      for (const signal of all) process.off(signal, listener)
    }
  },
  quit: () => process.exit(130),
}

/**
 * Aborts at the first signal. Until `done`, a second Ctrl-C ends the process at once, and a terminal that goes away in
 * the midst of stopping changes nothing.
 */
export function stopSignal(signals: Signals): { readonly signal: AbortSignal; readonly done: () => void } {
  const controller = new AbortController()
  const done = signals.onStop((signal) => {
    if (controller.signal.aborted && signal === 'SIGINT') signals.quit()
    controller.abort()
  })
  return { signal: controller.signal, done }
}
