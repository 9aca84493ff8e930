/** What followers of one message see, numbered from 1. Readers pull, so a slow one finds deltas that have been merged meanwhile. */
import type { MessageDelta, MessageEvent, MessageTool, StreamEvent } from '../../contract/event.ts'
import { maxAnswerChars } from '../../contract/limits.ts'
import { mergeDeltas, type TextDelta } from '../../domain/message/merge-deltas.ts'
import type { NumberedEvent } from './services.ts'

/** Above this many events, deltas that follow each other are joined for good: only a reader in their midst sees text twice. */
const compactAbove = 4_096
/** A node can tell of this much and no more; the result is told in any case. */
const maxEvents = 16_384
const maxChars = 2 * maxAnswerChars
/** Longest text of one merged delta. */
const mergedChars = 64 * 1_024

export class MessageStream {
  #events: NumberedEvent[] = []
  #n = 0
  #chars = 0
  #compactAt = compactAbove
  #settled = false
  readonly #waiting = new Set<() => void>()

  /** Length of the text held. */
  get chars(): number {
    return this.#chars
  }

  /** True after the event that ended or interrupted the message. */
  get settled(): boolean {
    return this.#settled
  }

  get last(): number {
    return this.#n
  }

  push(event: MessageEvent, settled: boolean): void {
    this.#settled = settled
    // It goes on after all: whoever reads from the start must not take that for the end.
    this.#events = this.#events.filter((told) => told.event.type !== 'message.interrupted')
    this.#append(event)
  }

  pushPart(event: MessageDelta | MessageTool): void {
    if (this.#settled) return
    if (event.type === 'message.delta') this.#replaceFrom(event.data.offset)
    if (this.#events.length < maxEvents && this.#chars < maxChars) this.#append(event)
  }

  /** The event after number `after`, deltas that follow each other as one; undefined when there is none yet. */
  next(after: number): NumberedEvent | undefined {
    const at = this.#indexAfter(after)
    const first = this.#events[at]
    if (first?.event.type !== 'message.delta') return first
    return merge(this.#events, at).merged
  }

  /** Resolves when something was pushed, or `signal` aborted. */
  async changed(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      this.#waiting.add(done)
      signal.addEventListener('abort', done)
    })
  }

  #append(event: StreamEvent): void {
    this.#n += 1
    this.#events.push({ n: this.#n, event })
    this.#chars += lengthOf(event)
    if (this.#events.length > this.#compactAt) this.#compact()
    for (const done of [...this.#waiting]) done()
  }

  /** Text that starts before the end of what is there replaces it: the replaced part need not be kept or told. */
  #replaceFrom(offset: number): void {
    const newest = this.#events.findLast(({ event }) => event.type === 'message.delta')?.event
    if (newest?.type !== 'message.delta' || newest.data.offset + newest.data.text.length <= offset) return
    this.#events = this.#events.flatMap((numbered) => clip(numbered, offset))
    this.#chars = this.#events.reduce((sum, { event }) => sum + lengthOf(event), 0)
  }

  #compact(): void {
    const joined: NumberedEvent[] = []
    for (let at = 0; at < this.#events.length;) {
      const { merged, next } = merge(this.#events, at)
      joined.push(merged)
      at = next
    }
    this.#events = joined
    // Tools between the deltas keep them apart: double the limit rather than try again at each event.
    this.#compactAt = Math.max(compactAbove, joined.length * 2)
  }

  #indexAfter(n: number): number {
    let low = 0
    let high = this.#events.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#events[middle]?.n ?? Infinity) > n) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** What is left of an event when the answer's text is replaced from `offset` on. */
function clip(numbered: NumberedEvent, offset: number): NumberedEvent[] {
  const { event, n } = numbered
  if (event.type !== 'message.delta' || event.data.offset + event.data.text.length <= offset) return [numbered]
  const text = event.data.text.slice(0, Math.max(0, offset - event.data.offset))
  return text === '' ? [] : [{ n, event: { ...event, data: { ...event.data, text } } }]
}

/** The event at `at` joined with the deltas that directly continue it; a merged event has the last one's number. */
function merge(events: readonly NumberedEvent[], at: number): { merged: NumberedEvent; next: number } {
  const first = events[at] as NumberedEvent
  let next = at + 1
  if (first.event.type !== 'message.delta') return { merged: first, next }
  const { message_id, attempt } = first.event.data
  let { n } = first
  let text: TextDelta = first.event.data
  for (; text.text.length < mergedChars; next++) {
    const following = events[next]
    if (following?.event.type !== 'message.delta' || following.event.data.attempt !== attempt) break
    const together = mergeDeltas(text, following.event.data)
    if (!together) break
    text = together
    n = following.n
  }
  return { merged: { n, event: { ...first.event, data: { message_id, attempt, ...text } } }, next }
}

const lengthOf = ({ type, data }: StreamEvent): number =>
  type === 'message.delta' ? data.text.length : 'response' in data ? data.response.length : 0
