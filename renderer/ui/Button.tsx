/** A button in three weights. While `busy` it says so and takes no second press. */
import type { ComponentProps } from 'react'
import { SpinnerIcon } from './icons.tsx'

export interface ButtonProps extends ComponentProps<'button'> {
  readonly look?: 'primary' | 'plain' | 'quiet'
  readonly busy?: boolean
}

const looks = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong font-medium border-transparent',
  plain: 'bg-surface text-ink border-edge hover:bg-sunken',
  quiet: 'text-ink border-transparent hover:bg-sunken',
}

export const Button = ({ look = 'plain', busy = false, className = '', children, ...rest }: ButtonProps) => (
  <button
    type="button"
    {...rest}
    disabled={rest.disabled === true || busy}
    aria-busy={busy}
    className={`inline-flex min-h-9 items-center justify-center gap-2 rounded-lg border px-3 py-1.5 text-sm whitespace-nowrap transition-colors disabled:opacity-60 ${looks[look]} ${className}`}
  >
    {busy && <SpinnerIcon />}
    {children}
  </button>
)
