/** Where a command writes: standard output or error, knowing whether a person watches. */
import { styleText } from 'node:util'

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

export interface Sink {
  write(text: string): void
  line(text?: string): void
  readonly isTTY: boolean
  /** Cells of a line; Infinity when it is not a terminal. */
  readonly columns: number
  /** Coloured when the place it goes to shows colours and the user has not turned them off. */
  readonly paint: (style: Style, text: string) => string
}

type Stream = Pick<NodeJS.WriteStream, 'write'> & { readonly isTTY?: boolean; readonly columns?: number }
type Environment = Readonly<Record<string, string | undefined>>

export function openSink(stream: Stream, env: Environment): Sink {
  const isTTY = stream.isTTY === true
  const coloured = isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  return {
    write: (text) => void stream.write(text),
    line: (text = '') => void stream.write(`${text}\n`),
    isTTY,
    get columns() {
      return isTTY ? (stream.columns ?? 80) : Infinity
    },
    paint: (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text),
  }
}
