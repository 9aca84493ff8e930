/** A clock whose time moves only when a test says so. Timers fire in the order they are due, ties in the order they were set. */
import type { Clock } from '../core/platform/clock.ts'

export interface FakeClock extends Clock {
  /**
   * Moves time on, stopping at every timer that comes due on the way, those set meanwhile included. Before the first
   * timer and after each one everything that waits for nothing else gets to run: promise callbacks, a store's commit.
   */
  advance(ms: number): Promise<void>
  /** Lets everything run that waits for nothing else; time stands still. */
  settle(): Promise<void>
  /** Timers that are set; 0 after an orderly stop. */
  readonly pending: number
}

interface Timer {
  readonly due: number
  readonly order: number
  readonly callback: () => void
}

/** A timer that sets itself again without delay would keep `advance` from ever ending. */
const maxFirings = 1_000_000

export function fakeClock(start: string | number = '2026-01-01T00:00:00.000Z'): FakeClock {
  let now = typeof start === 'number' ? start : Date.parse(start)
  let order = 0
  const timers = new Set<Timer>()

  const nextDue = (until: number): Timer | undefined => {
    let next: Timer | undefined
    for (const timer of timers) {
      if (timer.due > until) continue
      if (!next || timer.due < next.due || (timer.due === next.due && timer.order < next.order)) next = timer
    }
    return next
  }

  const settle = async (): Promise<void> => {
    // Two turns of the event loop: what the first one commits may make a promise callback ask for a second commit.
    for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
  }

  return {
    now: () => now,
    after: (ms, callback) => {
      const timer = { due: now + Math.max(0, ms), order: order++, callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    advance: async (ms) => {
      const until = now + ms
      await settle()
      for (let fired = 0; ; fired++) {
        if (fired > maxFirings) throw new Error(`More than ${maxFirings} timers fired in one advance(${ms}).`)
        const timer = nextDue(until)
        if (!timer) break
        timers.delete(timer)
        now = Math.max(now, timer.due)
        timer.callback()
        await settle()
      }
      now = Math.max(now, until)
    },
    settle,
    get pending() {
      return timers.size
    },
  }
}
