/** Time as the window's classes need it; tests bring their own. */
export interface WindowClock {
  now(): number
  /** Runs `task` once after `ms`; the answer stops it. */
  after(ms: number, task: () => void): () => void
}

export const windowClock: WindowClock = {
  now: () => Date.now(),
  after: (ms, task) => {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
}
