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

export const isoTime = (clock: Clock): string => new Date(clock.now()).toISOString()
