/** Names and values below each other, the values aligned. */
import stringWidth from 'string-width'

export function columns(
  facts: readonly (readonly [name: string, value: string])[],
  paint = (name: string) => name,
  indent = '  ',
): string {
  const widest = Math.max(0, ...facts.map(([name]) => stringWidth(name)))
  return facts
    .map(([name, value]) => `${indent}${paint(name)}${' '.repeat(widest - stringWidth(name))}  ${value}\n`)
    .join('')
}
