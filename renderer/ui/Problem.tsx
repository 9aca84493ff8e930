/** Something went wrong: what, what to do about it, and a way to try again. */
import type { ReactNode } from 'react'
import { WarnIcon } from './icons.tsx'
import { Words } from './Words.tsx'

export interface ProblemProps {
  readonly title: string
  readonly text?: string | undefined
  readonly hint?: string | undefined
  readonly code?: string | undefined
  readonly tone?: 'bad' | 'warn'
  /** False where the problem is history, not news. */
  readonly alert?: boolean
  readonly children?: ReactNode
}

export const Problem = ({ title, text, hint, code, tone = 'bad', alert = true, children }: ProblemProps) => (
  <div
    role={alert ? 'alert' : undefined}
    className={`flex gap-2.5 rounded-lg p-3 text-sm ${tone === 'bad' ? 'bg-bad-soft' : 'bg-warn-soft'}`}
  >
    <WarnIcon className={`mt-0.5 size-4 ${tone === 'bad' ? 'text-bad' : 'text-warn'}`} />
    <div className="min-w-0 space-y-1 wrap-anywhere">
      <p className="font-medium first-letter:uppercase" dir="auto">
        {title}
      </p>
      {text !== undefined && (
        <p dir="auto">
          <Words text={text} />
        </p>
      )}
      {hint !== undefined && (
        <p className="text-muted" dir="auto">
          <Words text={hint} />
        </p>
      )}
      {code !== undefined && <p className="font-mono text-xs text-muted">{code}</p>}
      {children}
    </div>
  </div>
)
