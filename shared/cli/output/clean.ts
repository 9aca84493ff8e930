/**
 * Makes text from nodes and messages safe to print: no escape sequence, control character or direction override
 * reaches the terminal, so an answer cannot retitle, recolour, rewrite or reorder what the reader sees.
 */
import { stripVTControlCharacters } from 'node:util'

/** Control characters but tab and newline, and those that reorder what surrounds them. */
const unsafe = /(?![\t\n])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu

/** Many lines: newlines and tabs stay. */
export const clean = (text: string): string =>
  stripVTControlCharacters(text.replaceAll('\r\n', '\n')).replaceAll(unsafe, '')

/** One line, for table cells and log lines. */
export const cleanLine = (text: string): string => clean(text.replaceAll(/\s+/g, ' ')).trim()

const escape = String.fromCharCode(27)
const bell = String.fromCharCode(7)
/** No sequence is longer; what claims to be is printed without its escape character. */
const longestSequence = 256

/** How much of `text` can be cleaned now: the rest may be the first half of a sequence, or of a character. */
export function cleanableLength(text: string): number {
  const at = text.lastIndexOf(escape)
  if (at >= 0 && text.length - at < longestSequence && isUnfinished(text.slice(at + 1))) return at
  const last = text.charCodeAt(text.length - 1)
  const half = (last >= 0xd800 && last <= 0xdbff) || last === 13
  return half ? text.length - 1 : text.length
}

function isUnfinished(rest: string): boolean {
  if (rest.startsWith(']')) return !rest.includes(bell)
  return rest === '' || /^\[[0-9;:<=>?]*$/.test(rest)
}

const inJson = /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** JSON that is safe on a terminal and still the same value: what JSON leaves raw but a terminal obeys is escaped. */
export const cleanJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(inJson, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
