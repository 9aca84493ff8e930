/**
 * A question over the page, on Radix. Its backdrop is a plain element: Radix's own writes a style tag, which the
 * page's content security policy does not let in.
 */
import { AlertDialog, Dialog as Radix } from 'radix-ui'
import { type ReactNode, useEffect, useRef } from 'react'
import { buttonLook } from './Button.tsx'

const backdrop = 'fixed inset-0 z-30 bg-shade'
const box =
  'fixed inset-x-4 top-1/2 z-40 mx-auto max-h-[85dvh] max-w-md -translate-y-1/2 overflow-y-auto rounded-2xl border border-line bg-surface p-5 text-ink shadow-lg outline-none'

export interface DialogProps {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly title: ReactNode
  /** What this is about; read out when it opens. */
  readonly text: ReactNode
  readonly children: ReactNode
}

export const Dialog = ({ open, onOpenChange, title, text, children }: DialogProps) => (
  <Radix.Root open={open} onOpenChange={onOpenChange}>
    <Radix.Portal>
      <div className={backdrop} />
      <Radix.Content className={box}>
        <Alone />
        <Radix.Title className="text-base font-semibold wrap-anywhere">{title}</Radix.Title>
        <Radix.Description className="mt-1.5 text-sm text-muted wrap-anywhere">{text}</Radix.Description>
        {children}
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
)

export interface ConfirmProps extends DialogProps {
  readonly cancel: string
  /** The button that does it. */
  readonly action: ReactNode
}

/** Asks before something that cannot be taken back: a click outside does not close it, and “no” has the focus. */
export const Confirm = ({ open, onOpenChange, title, text, children, cancel, action }: ConfirmProps) => (
  <AlertDialog.Root open={open} onOpenChange={onOpenChange}>
    <AlertDialog.Portal>
      <div className={backdrop} />
      <AlertDialog.Content className={box}>
        <Alone />
        <AlertDialog.Title className="text-base font-semibold wrap-anywhere">{title}</AlertDialog.Title>
        <AlertDialog.Description className="mt-1.5 text-sm wrap-anywhere">{text}</AlertDialog.Description>
        {children}
        <div className="mt-5 flex flex-wrap justify-end gap-2">
          <AlertDialog.Cancel className={buttonLook()}>{cancel}</AlertDialog.Cancel>
          {action}
        </div>
      </AlertDialog.Content>
    </AlertDialog.Portal>
  </AlertDialog.Root>
)

/**
 * While the question is open, nothing behind it can be reached: Radix hides the rest from readers, but not from the Tab
 * key of theirs. Afterwards the focus is where it was.
 */
const Alone = () => {
  const here = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    const before = document.activeElement
    const rest = [...document.body.children].filter(
      (element): element is HTMLElement =>
        element instanceof HTMLElement &&
        !element.contains(here.current) &&
        !element.inert &&
        !('radixFocusGuard' in element.dataset),
    )
    for (const element of rest) element.inert = true
    return () => {
      for (const element of rest) element.inert = false
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  return <span ref={here} hidden />
}
