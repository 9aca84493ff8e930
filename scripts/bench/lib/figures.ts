/** Figures out of many samples, and how they are printed. Pure. */
import stringWidth from 'string-width'

/** The sample below which the share `q` of them lies; NaN of none. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = Float64Array.from(samples).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5)

/** Slope of the line through the points, by least squares: how much `y` grows for each `x`. */
export function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const mean = (of: (point: { x: number; y: number }) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const x0 = mean(({ x }) => x)
  const y0 = mean(({ y }) => y)
  const spread = points.reduce((sum, { x }) => sum + (x - x0) ** 2, 0)
  return points.reduce((sum, { x, y }) => sum + (x - x0) * (y - y0), 0) / spread
}

export const fixed = (value: number, digits = 2): string => (Number.isFinite(value) ? value.toFixed(digits) : '–')
export const mb = (bytes: number): number => bytes / (1024 * 1024)

/** As a Markdown table, so that it can stand in the documentation as it was printed. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, at) =>
    Math.max(3, ...[cell, ...rows.map((row) => row[at] ?? '')].map((text) => stringWidth(text))),
  )
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, at) => pad(cells[at] ?? '', width, at > 0)).join(' | ')} |`
  const rule = `| ${widths.map((width, at) => (at > 0 ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`
  return [line(head), rule, ...rows.map(line)].join('\n')
}

function pad(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(width - stringWidth(text))
  return right ? space + text : text + space
}
