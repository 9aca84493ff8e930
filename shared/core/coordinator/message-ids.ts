/** Ids of messages sort by when they were made, also within a millisecond: a conversation's turns keep their order. */
import type { Clock } from '../platform/clock.ts'
import { randomHex } from '../platform/ids.ts'

/** `msg-`, 12 hex of time, 4 of a count within the millisecond, 8 of chance. */
export function messageIds(
  clock: Clock,
  options: { readonly chance?: (digits: number) => string; readonly newest?: string | undefined } = {},
): () => string {
  const { chance = randomHex, newest } = options
  // Of the message that was made last before a restart.
  let last = newest === undefined ? 0 : timeOf(newest) + 1
  let count = 0
  return () => {
    // Never back, even when the machine's clock is set back.
    const now = Math.max(clock.now(), last)
    count = now === last ? count + 1 : 0
    // Past the count's digits the time runs ahead instead: the order is what matters.
    last = count > 0xffff ? now + 1 : now
    if (last !== now) count = 0
    return `msg-${hex(last, 12)}${hex(count, 4)}${chance(8)}`
  }
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')

/** 0 for an id that was not made here. */
const timeOf = (id: string): number => parseInt(/^msg-([0-9a-f]{12})[0-9a-f]{12}$/.exec(id)?.[1] ?? '0', 16)
