/** The few signs of the page, as shapes: what they say is always beside them in words. */
import type { ReactNode } from 'react'

export interface IconProps {
  readonly className?: string
}

const Svg = ({ className = 'size-4', children }: IconProps & { readonly children: ReactNode }) => (
  <svg
    viewBox="0 0 16 16"
    className={`shrink-0 ${className}`}
    fill="none"
    stroke="currentColor"
    strokeWidth="1.6"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
  >
    {children}
  </svg>
)

export const CheckIcon = (props: IconProps) => (
  <Svg {...props}>
    <circle cx="8" cy="8" r="6.2" />
    <path d="m5.3 8.2 1.9 1.9 3.6-4" />
  </Svg>
)
export const HalfIcon = (props: IconProps) => (
  <Svg {...props}>
    <circle cx="8" cy="8" r="6.2" />
    <path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" fill="currentColor" />
  </Svg>
)
export const SlashIcon = (props: IconProps) => (
  <Svg {...props}>
    <circle cx="8" cy="8" r="6.2" strokeDasharray="2.4 2.4" />
    <path d="m4.6 11.4 6.8-6.8" />
  </Svg>
)
export const WarnIcon = (props: IconProps) => (
  <Svg {...props}>
    <path d="M8 2.2 14.4 13.4H1.6z" />
    <path d="M8 6.6v3M8 11.5v.1" />
  </Svg>
)
export const CrossIcon = (props: IconProps) => (
  <Svg {...props}>
    <circle cx="8" cy="8" r="6.2" />
    <path d="m5.8 5.8 4.4 4.4m0-4.4-4.4 4.4" />
  </Svg>
)
export const ClockIcon = (props: IconProps) => (
  <Svg {...props}>
    <circle cx="8" cy="8" r="6.2" />
    <path d="M8 4.6V8l2.2 1.6" />
  </Svg>
)
export const StopIcon = (props: IconProps) => (
  <Svg {...props}>
    <circle cx="8" cy="8" r="6.2" />
    <path d="M4.8 8h6.4" />
  </Svg>
)
export const CircleIcon = (props: IconProps) => (
  <Svg {...props}>
    <circle cx="8" cy="8" r="6.2" />
  </Svg>
)
export const ChevronIcon = (props: IconProps) => (
  <Svg {...props}>
    <path d="m4.5 6.2 3.5 3.6 3.5-3.6" />
  </Svg>
)
export const SlidersIcon = (props: IconProps) => (
  <Svg {...props}>
    <path d="M2 5h6.2M11.8 5H14M2 11h2.2M7.8 11H14" />
    <circle cx="10" cy="5" r="1.7" />
    <circle cx="6" cy="11" r="1.7" />
  </Svg>
)
export const SpinnerIcon = ({ className = 'size-4' }: IconProps) => (
  <Svg className={`motion-safe:animate-spin ${className}`}>
    <path d="M8 1.8A6.2 6.2 0 1 1 1.8 8" />
  </Svg>
)
export const NodesIcon = (props: IconProps) => (
  <Svg {...props}>
    <rect x="2" y="2.5" width="12" height="4.6" rx="1.3" />
    <rect x="2" y="8.9" width="12" height="4.6" rx="1.3" />
    <path d="M4.6 4.8h.1M4.6 11.2h.1" />
  </Svg>
)
export const MessagesIcon = (props: IconProps) => (
  <Svg {...props}>
    <path d="M2 3.2h12v7.6H7.4L4.4 13.4v-2.6H2z" />
  </Svg>
)
export const BackIcon = (props: IconProps) => (
  <Svg {...props}>
    <path d="M9.8 4.5 6.2 8l3.6 3.5" />
  </Svg>
)
export const LogoIcon = (props: IconProps) => (
  <Svg {...props}>
    <path d="M8 13V6.4M8 13c-3.2 0-4.7-2.6-4.2-6.4M8 13c3.2 0 4.7-2.6 4.2-6.4" />
    <circle cx="3.8" cy="4.6" r="1.5" fill="currentColor" />
    <circle cx="8" cy="4.2" r="1.5" fill="currentColor" />
    <circle cx="12.2" cy="4.6" r="1.5" fill="currentColor" />
  </Svg>
)
