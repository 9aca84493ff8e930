/** Keeps a long-running command alive until somebody wants it to end: the core's own timers do not. */
const aLongTime = 2 ** 30

/** Resolves when `signal` aborts, or with what `ended` says. */
export async function hold<T>(signal: AbortSignal, ended: Promise<T>): Promise<T | undefined> {
  const alive = setInterval(() => undefined, aLongTime)
  const stopped = Promise.withResolvers<undefined>()
  const stop = () => stopped.resolve(undefined)
  signal.addEventListener('abort', stop)
  try {
    if (signal.aborted) return undefined
    return await Promise.race([stopped.promise, ended])
  } finally {
    signal.removeEventListener('abort', stop)
    clearInterval(alive)
  }
}

/** Waits for `stopping`; ends the process when that takes longer than a supervisor waits. */
export async function endWithin(ms: number, stopping: Promise<unknown>): Promise<void> {
  const timer = setTimeout(() => process.exit(1), ms)
  await stopping.finally(() => clearTimeout(timer))
}
