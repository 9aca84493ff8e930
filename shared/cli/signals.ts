/** SIGINT, SIGTERM and SIGHUP as one thing: somebody wants this to end. */
export type Stop = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

export interface Signals {
  /** While anybody listens, the signal does nothing else. Returns its unsubscribe. */
  onStop(listener: (signal: Stop) => void): () => void
  /** Ends the process now. */
  quit(): void
}

const all: readonly Stop[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

const onePressMs = 500

/**
 * One Ctrl-C may arrive more than once: the terminal sends it to the launcher too, which passes it on, and a library
 * under conf (when-exit) raises it anew. What comes sooner than a person thinks twice is the same press.
 */
export function perPress(listener: (signal: Stop) => void, now: () => number): (signal: Stop) => void {
  let pressedAt = -Infinity
  return (signal) => {
    if (signal === 'SIGINT') {
      if (now() - pressedAt < onePressMs) return
      pressedAt = now()
    }
    listener(signal)
  }
}

export const processSignals: Signals = {
  onStop: (listener) => {
    const heard = perPress(listener, () => performance.now())
    for (const signal of all) process.on(signal, heard)
    return () => {
      for (const signal of all) process.off(signal, heard)
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
