/** A name written by somebody else: its own direction, one line, the whole of it on hover. */
export interface BidiProps {
  readonly text: string
  readonly className?: string
}

export const Bidi = ({ text, className = '' }: BidiProps) => (
  <bdi dir="auto" title={text} className={`inline-block max-w-full truncate align-bottom ${className}`}>
    {text}
  </bdi>
)
