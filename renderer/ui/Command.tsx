/** A line to be typed in a terminal, with a button that copies it. */
import { CopyButton } from './CopyButton.tsx'

export interface CommandProps {
  readonly text: string
  readonly copy: string
  readonly copied: string
}

export const Command = ({ text, copy, copied }: CommandProps) => (
  <div className="flex items-center gap-2 rounded-lg bg-sunken py-1 ps-3 pe-1 text-start">
    <code className="min-w-0 flex-1 text-sm wrap-anywhere text-ink">{text}</code>
    <CopyButton text={text} label={copy} done={copied} />
  </div>
)
