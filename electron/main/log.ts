/** The app's log: JSON lines in the log folder, the last run kept beside the current one. */
import { mkdirSync, renameSync, statSync } from 'node:fs'
import path from 'node:path'
import { destination, pino } from 'pino'
import type { Log } from '../../shared/core/platform/log.ts'

const largestBytes = 5 * 1_048_576

export function openLog(dir: string): Log {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const file = path.join(dir, 'desktop.log')
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > largestBytes) renameSync(file, `${file}.1`)
  // Written at once: what matters most are the lines before an end that nobody planned.
  return pino({ base: null }, destination({ dest: file, mode: 0o600, sync: true }))
}
