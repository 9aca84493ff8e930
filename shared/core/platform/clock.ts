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

/**
 * The same clock, but it never goes back: when the machine's is set back, it goes on from where it was. Deadlines that are
 * kept as times would otherwise be put off by as much.
 */
export function neverBack(clock: Clock): Clock {
  let last = clock.now()
  let aheadMs = 0
  return {
    now: () => {
      const now = clock.now() + aheadMs
      if (now < last) aheadMs += last - now
      last = Math.max(last, now)
      return last
    },
    after: (ms, callback) => clock.after(ms, callback),
  }
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
