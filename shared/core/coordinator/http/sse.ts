/** Server-sent events: how one is written, and a stream of them that keeps its connection alive and its memory flat. */
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { sseCommentEveryMs } from '../../../contract/limits.ts'
import type { Clock } from '../../platform/clock.ts'

export interface SseEvent {
  readonly id?: string
  readonly event?: string
  /** One line: JSON has no raw line breaks. */
  readonly data: string
}

export const sseText = ({ id, event, data }: SseEvent): string =>
  `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}data: ${data}\n\n`

const comment = ': keep-alive\n\n'
/** A reader that takes nothing for this long holds a place that others could have. */
const stalledAfterMs = 120_000

/**
 * The body of an answer made of `texts`, its headers set; to be returned by the handler. They are pulled only as fast as the client reads, so whoever makes them can merge what a slow
 * client missed; comments are written only when there is nothing else to write.
 */
export function sseBody(reply: FastifyReply, texts: AsyncIterable<string>, clock: Clock): Readable {
  const { raw } = reply
  const watched = endStalled(keepAlive(texts, clock), clock, () => raw.destroy())
  void reply
    .headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
    .type('text/event-stream; charset=utf-8')
  return Readable.from(watched, { objectMode: false, highWaterMark: 16 * 1_024 })
}

/** `texts` with a comment whenever nothing came for a while. A comment comes first: it makes the headers leave at once. */
export async function* keepAlive(texts: AsyncIterable<string>, clock: Clock): AsyncGenerator<string> {
  const iterator = texts[Symbol.asyncIterator]()
  let pending: Promise<IteratorResult<string>> | undefined
  try {
    yield comment
    for (;;) {
      pending ??= iterator.next()
      const quiet = Promise.withResolvers<undefined>()
      const cancelTimer = clock.after(sseCommentEveryMs, () => quiet.resolve(undefined))
      const step = await Promise.race([pending, quiet.promise]).finally(cancelTimer)
      if (step === undefined) {
        yield comment
        continue
      }
      pending = undefined
      if (step.done === true) return
      yield step.value
    }
  } finally {
    pending?.catch(() => undefined)
    // Not awaited: it waits for `pending`, which ends when the caller's signal does.
    iterator.return?.().catch(() => undefined)
  }
}

async function* endStalled(texts: AsyncIterable<string>, clock: Clock, end: () => void): AsyncGenerator<string> {
  for await (const text of texts) {
    // `yield` returns when the reader wants more.
    const cancelTimer = clock.after(stalledAfterMs, end)
    try {
      yield text
    } finally {
      cancelTimer()
    }
  }
}
