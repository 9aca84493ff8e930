/** A short word with a shape and a tone; the tone never says anything alone. */
import type { ReactNode } from 'react'

export type Tone = 'neutral' | 'good' | 'warn' | 'bad' | 'accent'

const tones: Record<Tone, string> = {
  neutral: 'bg-sunken text-muted',
  good: 'bg-good-soft text-good',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
  accent: 'bg-accent-soft text-accent-strong',
}

export interface BadgeProps {
  readonly tone: Tone
  readonly icon?: ReactNode
  readonly title?: string
  readonly children: ReactNode
}

export const Badge = ({ tone, icon, title, children }: BadgeProps) => (
  <span
    title={title}
    className={`inline-flex shrink-0 items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap ${tones[tone]}`}
  >
    {icon}
    {children}
  </span>
)
