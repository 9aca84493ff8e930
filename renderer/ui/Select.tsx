/** One of several, by the system's own list: it works with every keyboard and on every phone. */
import type { ComponentProps } from 'react'
import { cn } from './cn.ts'
import { fieldLook } from './Field.tsx'

export interface SelectProps extends Omit<ComponentProps<'select'>, 'onChange'> {
  readonly options: readonly { readonly value: string; readonly label: string }[]
  readonly onChange: (value: string) => void
}

export const Select = ({ options, onChange, className, ...rest }: SelectProps) => (
  <select {...rest} onChange={(event) => onChange(event.target.value)} className={cn(fieldLook, 'px-2', className)}>
    {options.map(({ value, label }) => (
      <option key={value} value={value}>
        {label}
      </option>
    ))}
  </select>
)
