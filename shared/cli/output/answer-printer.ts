/** Prints an answer while it grows. Deltas may be merged, repeated or replaced from an earlier place; the result decides. */
import { clean, cleanableLength } from './clean.ts'
import type { Sink } from './sink.ts'

export interface AnswerPrinter {
  delta(offset: number, text: string): void
  /** The whole answer, when it is known. Prints what is missing and ends the line. */
  end(answer?: string): void
}

/** `onRewrite` is told before an answer is printed anew because what was printed does not hold any more. */
export function answerPrinter(out: Sink, onRewrite: () => void): AnswerPrinter {
  let text = ''
  let shown = 0
  /** What was printed is not the beginning of `text` any more. */
  let stale = false

  const print = (upTo: number) => {
    if (upTo <= shown || stale) return
    out.write(clean(text.slice(shown, upTo)))
    shown = upTo
  }
  const replace = (next: string) => {
    stale ||= !next.startsWith(text.slice(0, shown))
    text = next
  }
  return {
    delta: (offset, more) => {
      if (offset > text.length) return
      replace(text.slice(0, offset) + more + (offset + more.length < text.length ? keep(text, offset, more) : ''))
      print(cleanableLength(text))
    },
    end: (answer) => {
      if (answer !== undefined) replace(answer)
      if (stale) {
        out.write('\n')
        onRewrite()
        stale = false
        shown = 0
      }
      print(text.length)
      if (text !== '' && !text.endsWith('\n')) out.write('\n')
    },
  }
}

/** A delta that lies wholly inside what is known repeats it; one that differs replaces everything after it. */
const keep = (text: string, offset: number, more: string): string =>
  text.startsWith(more, offset) ? text.slice(offset + more.length) : ''
