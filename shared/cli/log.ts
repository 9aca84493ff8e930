/** The log of a running process, on standard error: JSON lines for programs, short lines for a person who watches. */
import { pino } from 'pino'
import type { Log } from '../core/platform/log.ts'
import { cleanLine } from './output/clean.ts'
import type { Sink } from './output/sink.ts'

export type LogLevel = 'debug' | 'info' | 'warn'

export function openLog(err: Sink, options: { readonly level: LogLevel; readonly json: boolean }): Log {
  const asText = err.isTTY && !options.json
  const write = (line: string) => err.write(asText ? shortLine(line, err.paint) : line)
  return pino({ level: options.level, base: null }, { write })
}

const labels = new Map([
  [20, 'debug'],
  [30, 'info'],
  [40, 'warn'],
  [50, 'error'],
])

/** `12:03:04 warn  the gateway does not answer  node_id=node-1` */
export function shortLine(line: string, paint: Sink['paint']): string {
  const { level, time, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>
  const label = labels.get(Number(level)) ?? 'fatal'
  const fields = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const cause = typeof err === 'object' && err !== null && 'message' in err ? [String(err.message)] : []
  const when = new Date(Number(time)).toTimeString().slice(0, 8)
  const shown = label === 'info' || label === 'debug' ? label : paint(label === 'warn' ? 'yellow' : 'red', label)
  const tail = cleanLine([...cause, ...fields].join('  '))
  return `${paint('dim', when)} ${shown}  ${cleanLine(typeof msg === 'string' ? msg : '')}${tail === '' ? '' : `  ${paint('dim', tail)}`}\n`
}
