/** Reads the beginning of a stream, so that headers can wait for what it says. */
import type { Clock } from '../../platform/clock.ts'

export interface ReadAhead<T> {
  readonly read: readonly T[]
  /** All of the stream: what was read, then the rest. */
  readonly all: AsyncGenerator<T>
}

const maxRead = 64

/** Reads until `enough` says so, the stream ends, or `ms` passed. Nothing is lost: `all` begins at the beginning. Whoever does not want `all` aborts the source. */
export async function readAhead<T>(
  source: AsyncIterable<T>,
  clock: Clock,
  ms: number,
  enough: (value: T) => boolean,
): Promise<ReadAhead<T>> {
  const iterator = source[Symbol.asyncIterator]()
  const read: T[] = []
  let pending: Promise<IteratorResult<T>> | undefined
  const late = Promise.withResolvers<undefined>()
  const cancelTimer = clock.after(ms, () => late.resolve(undefined))
  try {
    while (read.length < maxRead) {
      pending ??= iterator.next()
      const step = await Promise.race([pending, late.promise])
      if (step === undefined) break
      pending = undefined
      if (step.done === true) break
      read.push(step.value)
      if (enough(step.value)) break
    }
  } finally {
    cancelTimer()
  }
  // It may fail before anybody reads on; whoever reads on is told.
  pending?.catch(() => undefined)
  return { read, all: resume(read, pending, iterator) }
}

async function* resume<T>(
  read: readonly T[],
  pending: Promise<IteratorResult<T>> | undefined,
  iterator: AsyncIterator<T>,
): AsyncGenerator<T> {
  try {
    yield* read
    for (;;) {
      const step = await (pending ?? iterator.next())
      pending = undefined
      if (step.done === true) return
      yield step.value
    }
  } finally {
    await iterator.return?.()
  }
}
