/** A list with nothing in it: why, and what fills it. */
import type { ReactNode } from 'react'

export const Empty = ({ title, children }: { readonly title: string; readonly children?: ReactNode }) => (
  <div className="rounded-xl border border-dashed border-line px-4 py-8 text-center text-sm">
    <p className="font-medium">{title}</p>
    {children !== undefined && <div className="mt-1 text-muted">{children}</div>}
  </div>
)
