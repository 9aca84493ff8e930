/**
 * How many retries there may be: a tenth of the fresh attempts of the last minute, and a few. When much fails at once,
 * trying everything again would keep what is ill from getting well; what is over the budget waits.
 */

/** What was begun in one slice of time, by number of the slice. */
interface Slice {
  readonly slice: number
  readonly fresh: number
  readonly retries: number
}
/** Oldest first, and never more than `slices` of them. */
export type RetryWindow = readonly Slice[]
export type AttemptKind = 'fresh' | 'retry'

export const retryShare = 0.1
/** So that a mesh with little to do retries at all. */
export const retryFloor = 10
export const retrySliceMs = 10_000
const slices = 6

export const noAttempts: RetryWindow = []

const sliceOf = (now: number): number => Math.floor(now / retrySliceMs)
/** What the clock has left behind is out; so is what it has not come to, after it was set back. */
const recent = (window: RetryWindow, now: number): RetryWindow =>
  window.filter(({ slice }) => slice > sliceOf(now) - slices && slice <= sliceOf(now))

export function withAttempt(window: RetryWindow, kind: AttemptKind, now: number): RetryWindow {
  const kept = recent(window, now)
  const last = kept.at(-1)
  const isNow = last?.slice === sliceOf(now)
  const { fresh, retries } = isNow ? last : { fresh: 0, retries: 0 }
  const counted = {
    slice: sliceOf(now),
    fresh: fresh + Number(kind === 'fresh'),
    retries: retries + Number(kind === 'retry'),
  }
  return [...(isNow ? kept.slice(0, -1) : kept), counted]
}

export function mayRetry(window: RetryWindow, now: number): boolean {
  const kept = recent(window, now)
  const sum = (of: 'fresh' | 'retries'): number => kept.reduce((total, slice) => total + slice[of], 0)
  return sum('retries') < retryFloor + retryShare * sum('fresh')
}
