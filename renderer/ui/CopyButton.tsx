/** Puts a text on the clipboard and says so for a moment. */
import { useEffect, useState } from 'react'
import { Button } from './Button.tsx'

export interface CopyButtonProps {
  readonly text: string
  readonly label: string
  readonly done: string
}

export const CopyButton = ({ text, label, done }: CopyButtonProps) => {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 2_000)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = (): void => {
    // Refused without permission: the text can still be selected by hand.
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  }
  return (
    <Button look="quiet" size="small" className="text-muted" onClick={copy}>
      <span aria-live="polite">{copied ? done : label}</span>
    </Button>
  )
}
