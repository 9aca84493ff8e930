/** The same in its largest unit, for what stands in a list: whose every line ticks is restless. */
export function roughly(ms: number, language: string): string {
  const seconds = Math.max(0, ms) / 1_000
  const [name, size] = units.find(([, length]) => seconds >= length) ?? units[3]
  const count = name === 'second' ? Math.floor(seconds / 5) * 5 : Math.floor(seconds / size)
  return new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'short' }).format(count)
}

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** A length of time as people say it, in the units that matter for it. */
export function duration(ms: number, language: string): string {
  const seconds = Math.max(0, ms) / 1_000
  const unit = (value: number, name: 'second' | 'minute' | 'hour' | 'day', digits = 0): string =>
    new Intl.NumberFormat(language, {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits: digits,
    }).format(value)
  if (seconds < 10) return unit(seconds, 'second', 1)
  if (seconds < 60) return unit(Math.floor(seconds), 'second')
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${unit(minutes, 'minute')} ${unit(Math.floor(seconds % 60), 'second')}`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${unit(hours, 'hour')} ${unit(minutes % 60, 'minute')}`
  return `${unit(Math.floor(hours / 24), 'day')} ${unit(hours % 24, 'hour')}`
}
