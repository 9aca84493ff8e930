/** How much of something is in use, as a bar with words. */
export interface MeterProps {
  readonly label: string
  readonly text: string
  readonly value: number
  readonly max: number
  /** Among others below each other: the bars begin and end in one line. */
  readonly wide?: boolean
}

export const Meter = ({ label, text, value, max, wide = false }: MeterProps) => {
  const share = max > 0 ? Math.min(1, value / max) : value > 0 ? 1 : 0
  return (
    <div className="flex items-center gap-2 text-xs text-muted">
      <span className={wide ? 'w-16 truncate' : undefined}>{label}</span>
      <div
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.max(max, value)}
        aria-valuenow={value}
        aria-valuetext={text}
        className="h-1.5 min-w-10 flex-1 overflow-hidden rounded-full bg-line"
      >
        <div
          className={`h-full rounded-full transition-[width] ${share >= 1 ? 'bg-warn' : 'bg-accent'}`}
          style={{ width: `${share * 100}%` }}
        />
      </div>
      <span className={`tabular-nums ${wide ? 'min-w-14 text-end' : ''}`}>{text}</span>
    </div>
  )
}
