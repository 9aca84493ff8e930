/** Cutting text that people will read. */

/** The first `max` UTF-16 code units at most; never half of a surrogate pair. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text
  const last = text.charCodeAt(max - 1)
  const splits = last >= 0xd800 && last <= 0xdbff
  return text.slice(0, splits ? max - 1 : max)
}
