/** How long ago something was, kept up to date; the exact time on hover. */
import { useNow } from './use-now.ts'

export interface TimeAgoProps {
  readonly at: string
  readonly language: string
  /** What is said in the first seconds. */
  readonly justNow: string
}

export const TimeAgo = ({ at, language, justNow }: TimeAgoProps) => {
  const time = Date.parse(at)
  const now = useNow(1_000)
  if (Number.isNaN(time)) return null
  return (
    <time dateTime={at} title={new Date(time).toLocaleString(language)} className="whitespace-nowrap">
      {ago((now - time) / 1_000, language) ?? justNow}
    </time>
  )
}

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** Undefined for less than five seconds, and for times that another clock puts in the future. */
export function ago(seconds: number, language: string): string | undefined {
  if (seconds < 5) return undefined
  const format = new Intl.RelativeTimeFormat(language, { style: 'short', numeric: 'always' })
  const [unit, size] = units.find(([, length]) => seconds >= length) ?? units[3]
  // Seconds in steps of five: a list whose every line ticks is restless.
  const count = unit === 'second' ? Math.floor(seconds / 5) * 5 : Math.floor(seconds / size)
  return format.format(-count, unit)
}
