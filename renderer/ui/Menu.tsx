/** A button that opens a list of things to do, on Radix; not modal, so that it needs no style tag to hold the page still. */
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { Button } from './Button.tsx'
import { ChevronIcon } from './icons.tsx'

export interface MenuProps {
  readonly label: ReactNode
  readonly disabled?: boolean
  readonly busy?: boolean
  readonly describedBy?: string | undefined
  readonly items: readonly { readonly label: string; readonly onSelect: () => void }[]
}

export const Menu = ({ label, disabled = false, busy = false, describedBy, items }: MenuProps) => (
  <DropdownMenu.Root modal={false}>
    <DropdownMenu.Trigger asChild>
      <Button disabled={disabled} busy={busy} aria-describedby={describedBy}>
        {label}
        <ChevronIcon />
      </Button>
    </DropdownMenu.Trigger>
    <DropdownMenu.Portal>
      <DropdownMenu.Content
        align="start"
        sideOffset={4}
        className="z-40 min-w-40 rounded-xl border border-line bg-surface p-1 text-sm text-ink shadow-lg"
      >
        {items.map((item) => (
          <DropdownMenu.Item
            key={item.label}
            onSelect={item.onSelect}
            className="cursor-pointer rounded-lg px-3 py-2 outline-none data-highlighted:bg-accent-soft"
          >
            {item.label}
          </DropdownMenu.Item>
        ))}
      </DropdownMenu.Content>
    </DropdownMenu.Portal>
  </DropdownMenu.Root>
)
