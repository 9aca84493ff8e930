/** Plain columns, aligned by what the terminal shows: a Chinese character is two cells wide. */
import stringWidth from 'string-width'
import { cleanLine } from './clean.ts'
import type { Style } from './sink.ts'

export interface Cell {
  readonly text: string
  readonly style?: Style | undefined
}
export type Row = readonly (string | Cell)[]

export interface TableOptions {
  /** Cells of the terminal's line; the last column is cut to fit. Infinity when not a terminal. */
  readonly width: number
  readonly paint: (style: Style, text: string) => string
}

const gap = 2
const narrowest = 8

/** Every cell is cleaned here, so no caller can forget. */
export function table(head: readonly string[], rows: readonly Row[], { width, paint }: TableOptions): string {
  const cells = [head.map((text): Cell => ({ text, style: 'bold' })), ...rows.map((row) => row.map(asCell))]
  const widths = head.map((_, column) => Math.max(...cells.map((row) => stringWidth(row[column]?.text ?? ''))))
  const last = head.length - 1
  const before = widths.slice(0, last).reduce((sum, cell) => sum + cell + gap, 0)
  const room = Math.max(narrowest, width - before)
  const line = (row: readonly Cell[]) =>
    row
      .map(({ text, style }, column) => {
        const shown = column === last ? fit(text, room) : text
        const padding = column === last ? '' : ' '.repeat((widths[column] ?? 0) - stringWidth(text) + gap)
        return (style === undefined || shown === '' ? shown : paint(style, shown)) + padding
      })
      .join('')
      .trimEnd()
  return `${cells.map(line).join('\n')}\n`
}

const asCell = (cell: string | Cell): Cell => {
  const { text, style } = typeof cell === 'string' ? { text: cell, style: undefined } : cell
  return { text: cleanLine(text), style }
}

/** `text` cut to `room` cells. */
export function fit(text: string, room: number): string {
  if (stringWidth(text) <= room) return text
  let shown = ''
  let used = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const wide = stringWidth(segment)
    if (used + wide > room - 1) break
    shown += segment
    used += wide
  }
  return `${shown}…`
}
