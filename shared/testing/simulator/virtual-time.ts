/** Time that moves from one event to the next. After each event everything runs that waits for nothing else. */
import type { Clock } from '../../core/platform/clock.ts'

interface Due {
  readonly at: number
  readonly order: number
  callback: (() => void) | undefined
}

/** Some moment; every run begins there. */
const epoch = Date.parse('2026-01-01T00:00:00.000Z')
/** A timer that sets itself again without delay would keep a run from ever ending. */
const maxEvents = 400_000

export class VirtualTime {
  /** A binary heap, the next one first. */
  readonly #heap: Due[] = []
  #now = 0
  #order = 0
  #events = 0

  /** Milliseconds since the run began. */
  get now(): number {
    return this.#now
  }

  get events(): number {
    return this.#events
  }

  after(ms: number, callback: () => void): () => void {
    const due: Due = { at: this.#now + Math.max(0, ms), order: this.#order++, callback }
    push(this.#heap, due)
    return () => (due.callback = undefined)
  }

  /** Lets time pass until then, or until `done` says so. */
  async run(until: number, done: () => boolean = () => false): Promise<void> {
    await drained()
    for (;;) {
      if (done()) return
      const next = this.#heap[0]
      if (!next || next.at > until) break
      pop(this.#heap)
      if (!next.callback) continue
      if (++this.#events > maxEvents) throw new Error(`More than ${maxEvents} events in one run.`)
      this.#now = Math.max(this.#now, next.at)
      next.callback()
      await drained()
    }
    this.#now = Math.max(this.#now, until)
  }
}

/** One turn of the event loop: every promise that can go on has gone on. */
const drained = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/**
 * A process on a machine. Once it is dead no timer of it fires, and it hears of nothing; while it is frozen all that
 * waits.
 */
export class SimProcess {
  readonly clock: Clock
  readonly #time: VirtualTime
  #alive = true
  #frozenUntil = 0

  /** `skewMs`: how wrong the machine's time of day is; it may change at any moment. */
  constructor(time: VirtualTime, skewMs: () => number) {
    this.#time = time
    this.clock = {
      now: () => epoch + Math.floor(time.now) + skewMs(),
      after: (ms, callback) => this.#after(ms, callback),
    }
  }

  get alive(): boolean {
    return this.#alive
  }

  get frozen(): boolean {
    return this.#alive && this.#time.now < this.#frozenUntil
  }

  kill(): void {
    this.#alive = false
  }

  /** SIGSTOP, or a machine that sleeps. */
  freeze(ms: number): void {
    this.#frozenUntil = this.#time.now + ms
  }

  #after(ms: number, callback: () => void): () => void {
    if (!this.#alive) return () => undefined
    const fire = (): void => {
      if (!this.#alive) return
      if (this.frozen) cancel = this.#time.after(this.#frozenUntil - this.#time.now, fire)
      else callback()
    }
    let cancel = this.#time.after(ms, fire)
    return () => cancel()
  }
}

const earlier = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)

function push(heap: Due[], due: Due): void {
  let at = heap.length
  heap.push(due)
  while (at > 0) {
    const parent = (at - 1) >> 1
    const above = heap[parent]
    if (!above || earlier(above, due)) break
    heap[at] = above
    at = parent
  }
  heap[at] = due
}

function pop(heap: Due[]): void {
  const last = heap.pop()
  if (!last || heap.length === 0) return
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    let below = heap[child]
    if (!below) break
    const right = heap[child + 1]
    if (right && earlier(right, below)) {
      child += 1
      below = right
    }
    if (earlier(last, below)) break
    heap[at] = below
    at = child
  }
  heap[at] = last
}
