/** Text of a running answer that could not be sent yet: merged, bounded, in order of its place in the answer. */
import { resultPartChars } from '../../contract/limits.ts'
import { splitText } from './result-frames.ts'

/** More than this and the oldest is dropped: deltas are for watching, the result is what counts. */
export const maxPendingChars = 1024 * 1024

export interface TextAt {
  readonly offset: number
  readonly text: string
}

export class DeltaBuffer {
  #offset = 0
  #text = ''

  push(offset: number, text: string): void {
    const kept = offset - this.#offset
    // A place before what waits replaces all of it; one after it leaves a hole, which cannot be merged.
    if (kept < 0 || kept > this.#text.length) {
      this.#offset = offset
      this.#text = text
    } else {
      this.#text = this.#text.slice(0, kept) + text
    }
    const excess = this.#text.length - maxPendingChars
    if (excess > 0) {
      this.#text = this.#text.slice(excess)
      this.#offset += excess
    }
  }

  /** What waits, cut to frames; the buffer is empty afterwards and stands where that text ends. */
  take(): TextAt[] {
    if (this.#text === '') return []
    const taken: TextAt[] = []
    for (const text of splitText(this.#text, resultPartChars)) {
      taken.push({ offset: this.#offset, text })
      this.#offset += text.length
    }
    this.#text = ''
    return taken
  }
}
