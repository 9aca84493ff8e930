/** Plain text of any length as it was written. Past a limit only a part is drawn until the reader asks for all of it. */
import { useState } from 'react'
import { Button } from './Button.tsx'

export interface LongTextProps {
  readonly text: string
  /** Which part is drawn of a text over the limit: an answer that grows shows its end. */
  readonly part?: 'start' | 'end'
  readonly limit?: number
  /** What the button says that shows the whole text. */
  readonly showAll: string
  readonly className?: string
}

export const LongText = ({ text, part = 'start', limit = 20_000, showAll, className = '' }: LongTextProps) => {
  const [all, setAll] = useState(false)
  const cut = !all && text.length > limit
  const shown = cut ? (part === 'end' ? text.slice(-limit) : text.slice(0, limit)) : text
  const button = cut && (
    <Button className="my-2" onClick={() => setAll(true)}>
      {showAll}
    </Button>
  )
  return (
    <>
      {part === 'end' && button}
      <div dir="auto" className={`whitespace-pre-wrap wrap-anywhere ${className}`}>
        {blocks(shown).map((block, index) => (
          <div key={index} className={index > 0 || block.length > 4_000 ? 'lazy-block' : undefined}>
            {block}
          </div>
        ))}
      </div>
      {part === 'start' && button}
    </>
  )
}

const blockChars = 8_000

/**
 * Cut at line ends into blocks that can be laid out one by one; the line end at a cut is the block's own. A line longer
 * than a block is cut where a word ends, or where it must.
 */
export function blocks(text: string): string[] {
  const all: string[] = []
  let from = 0
  while (text.length - from > blockChars) {
    const line = text.lastIndexOf('\n', from + blockChars)
    if (line >= from) {
      all.push(text.slice(from, line) || '\n')
      from = line + 1
      continue
    }
    const space = text.lastIndexOf(' ', from + blockChars)
    let to = space > from ? space + 1 : from + blockChars
    if (isLowSurrogate(text.charCodeAt(to))) to--
    all.push(text.slice(from, to))
    from = to
  }
  all.push(text.slice(from))
  return all
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff
