/** A button in four weights. While `busy` it says so and takes no second press. */
import { cva, type VariantProps } from 'class-variance-authority'
import type { ComponentProps } from 'react'
import { cn } from './cn.ts'
import { SpinnerIcon } from './icons.tsx'

export const buttonLook = cva(
  'inline-flex items-center justify-center gap-2 rounded-lg border text-sm whitespace-nowrap transition-colors disabled:opacity-60',
  {
    variants: {
      look: {
        primary: 'border-transparent bg-accent font-medium text-on-accent hover:bg-accent-strong',
        plain: 'border-edge bg-surface text-ink hover:bg-sunken',
        quiet: 'border-transparent text-ink hover:bg-sunken',
        danger: 'border-transparent bg-danger font-medium text-on-danger hover:bg-danger-strong',
      },
      size: { normal: 'min-h-9 px-3 py-1.5', small: 'min-h-7 px-2 py-0.5', icon: 'size-9' },
    },
    defaultVariants: { look: 'plain', size: 'normal' },
  },
)

export interface ButtonProps extends ComponentProps<'button'>, VariantProps<typeof buttonLook> {
  readonly busy?: boolean
}

export const Button = ({ look, size, busy = false, className, children, ...rest }: ButtonProps) => (
  <button
    type="button"
    {...rest}
    disabled={rest.disabled === true || busy}
    aria-busy={busy}
    className={cn(buttonLook({ look, size }), className)}
  >
    {busy && <SpinnerIcon />}
    {children}
  </button>
)
