/** A titled block of a page. */
import { type ReactNode, useId } from 'react'

export interface CardProps {
  readonly title: string
  readonly text?: ReactNode
  readonly children: ReactNode
}

export const Card = ({ title, text, children }: CardProps) => {
  const id = useId()
  return (
    <section aria-labelledby={id} className="rounded-xl border border-line bg-surface p-4 sm:p-5">
      <h2 id={id} className="font-semibold">
        {title}
      </h2>
      {text !== undefined && <p className="mt-0.5 text-sm text-muted">{text}</p>}
      <div className="mt-3 space-y-4">{children}</div>
    </section>
  )
}
