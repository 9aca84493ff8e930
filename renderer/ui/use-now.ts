/** The time, once a second, from one timer that runs only while somebody looks. */
import { useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()
let stop: (() => void) | undefined
let now = 0

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  if (!stop) {
    const timer = setInterval(() => {
      now = Date.now()
      for (const each of listeners) each()
    }, 1_000)
    stop = () => clearInterval(timer)
  }
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    stop?.()
    stop = undefined
  }
}

/** `step` in milliseconds: components that count minutes need not draw every second. */
export function useNow(step = 1_000): number {
  return useSyncExternalStore(subscribe, () => Math.floor(read() / step) * step)
}

/** Between ticks the answer stays the same, or a component would draw without end. */
function read(): number {
  if (!stop || now === 0) now = Date.now()
  return now
}
