/** Waiting on a clock, with a way out. */
import type { Clock } from '../platform/clock.ts'

/** Resolves after `ms`, or as soon as `signal` aborts. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve()
      return
    }
    const done = (): void => {
      cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.after(ms, done)
    signal.addEventListener('abort', done)
  })
}

/** What `promise` gives, or `late` when it takes longer than `ms`. The promise itself goes on. */
export function within<T, L>(clock: Clock, ms: number, promise: Promise<T>, late: L): Promise<T | L> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => resolve(late))
    promise.then(resolve, reject).finally(cancel)
  })
}

/** What `promise` gives, or undefined as soon as `signal` aborts. The promise itself goes on. */
export function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const left = (): void => resolve(undefined)
    if (signal.aborted) left()
    signal.addEventListener('abort', left)
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', left))
  })
}
