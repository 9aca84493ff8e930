/** Time and timers, handed in so that tests and the simulator can own them. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls back once; returns its cancel. The timer does not keep the process alive. */
  after(ms: number, callback: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    timer.unref()
    return () => clearTimeout(timer)
  },
}

let lastMs = NaN
let lastIso = ''

/** Asked for several times in a millisecond where much happens, so the last one is remembered. */
export function isoTime(clock: Clock): string {
  const now = clock.now()
  if (now !== lastMs) {
    lastIso = new Date(now).toISOString()
    lastMs = now
  }
  return lastIso
}
