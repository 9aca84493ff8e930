/** One line of text to fill in, with its label and what it is for. */
import { type ComponentProps, useId } from 'react'
import { cn } from './cn.ts'
import { Words } from './Words.tsx'

export const fieldLook = 'min-h-9 w-full min-w-0 rounded-lg border border-edge bg-surface px-3 text-sm'

export interface FieldProps extends ComponentProps<'input'> {
  readonly label: string
  readonly hint?: string | undefined
}

export const Field = ({ label, hint, className, ...rest }: FieldProps) => {
  const id = useId()
  return (
    <div>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <input
        id={id}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        autoComplete="off"
        spellCheck={false}
        {...rest}
        className={cn(fieldLook, 'mt-1', className)}
      />
      {hint !== undefined && (
        <p id={`${id}-hint`} className="mt-1 text-sm text-muted">
          <Words text={hint} />
        </p>
      )}
    </div>
  )
}
