/** Option values, checked with the option's own name in the complaint. */
import { UsageError } from './usage-error.ts'

/** A whole number from `least` to `most`. */
export function count(option: string, text: string, most: number, least = 1): number {
  const value = Number(text)
  if (/^\d{1,9}$/.test(text) && value >= least && value <= most) return value
  const example = option === '--port' ? 9180 : Math.max(least, Math.min(20, most))
  throw new UsageError('not_whole', 'number', { option, text, least, most, example })
}

/** `0` asks the system for a free port. */
export const port = (text: string): number => count('--port', text, 65_535, 0)

/** `gpu, docker` as names. */
export const splitTags = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
