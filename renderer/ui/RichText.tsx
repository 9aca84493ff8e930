/**
 * Markdown that somebody else wrote, drawn without trusting it: no HTML, no pictures, links open outside. What is too
 * long or too deep to be drawn quickly is shown as the plain text it is.
 */
import { Component, memo, type ReactNode } from 'react'
import Markdown, { type Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { LongText, type LongTextProps } from './LongText.tsx'

export interface RichTextProps extends LongTextProps {
  /** Stands for a picture that is not loaded. */
  readonly image: string
}

/** Past this, drawing would hold up the page. */
const richChars = 20_000
/** Quotes in quotes in quotes: each level is an element in an element. */
const tooDeep = /^(?:[ \t]*(?:>|[-*+]|\d{1,9}[.)])[ \t]*){24}/m
/** Brackets and stars that never close are searched for again and again. */
const tooMany = /[[\]*_~`<]{400}|(?:[[*_`<][^\n]{0,2}){2000}/

export const isPlain = (text: string): boolean => text.length > richChars || tooDeep.test(text) || tooMany.test(text)

export const RichText = ({ image, ...plain }: RichTextProps) => {
  const asText = <LongText {...plain} />
  if (isPlain(plain.text)) return asText
  return (
    <Fallback instead={asText}>
      <Rich text={plain.text} image={image} />
    </Fallback>
  )
}

const Rich = memo(({ text, image }: { readonly text: string; readonly image: string }) => (
  <div dir="auto" className="space-y-3 wrap-anywhere">
    <Markdown remarkPlugins={plugins} components={withImage(image)}>
      {text}
    </Markdown>
  </div>
))
Rich.displayName = 'Rich'

const plugins = [remarkGfm]

/** Only what leads outside is a link: an address within this page would be a button that a stranger labelled. */
const isOutside = (href: string | undefined): href is string => /^(https?:\/\/|mailto:)/i.test(href ?? '')

const heading = ({ children }: { children?: ReactNode }) => <h5 className="font-semibold">{children}</h5>
const components: Components = {
  h1: heading,
  h2: heading,
  h3: heading,
  h4: heading,
  h5: heading,
  h6: heading,
  a: ({ href, children }) =>
    isOutside(href) ? (
      <a
        href={href}
        title={href}
        target="_blank"
        rel="noopener noreferrer nofollow"
        className="text-accent-strong underline underline-offset-2"
      >
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
  pre: ({ children }) => (
    // What scrolls can be reached with the keyboard.
    <pre
      tabIndex={0}
      dir="ltr"
      className="overflow-x-auto rounded-lg bg-sunken p-3 text-sm [&_code]:bg-transparent [&_code]:p-0"
    >
      {children}
    </pre>
  ),
  code: ({ children }) => <code className="rounded bg-sunken px-1 py-0.5 font-mono text-[0.9em]">{children}</code>,
  ul: ({ children }) => <ul className="list-disc space-y-1 ps-6">{children}</ul>,
  ol: ({ children, start }) => (
    <ol start={start} className="list-decimal space-y-1 ps-6">
      {children}
    </ol>
  ),
  blockquote: ({ children }) => <blockquote className="border-s-2 border-edge ps-3 text-muted">{children}</blockquote>,
  table: ({ children }) => (
    <div tabIndex={0} className="overflow-x-auto">
      <table className="text-sm">{children}</table>
    </div>
  ),
  th: ({ children }) => <th className="border border-line bg-sunken px-2 py-1 text-start">{children}</th>,
  td: ({ children }) => <td className="border border-line px-2 py-1">{children}</td>,
  hr: () => <hr className="border-line" />,
  input: ({ checked }) => <span>{checked === true ? '☑' : '☐'}</span>,
}

const withImage = (label: string): Components => ({
  ...components,
  img: ({ alt, src }) => (
    <span
      className="rounded bg-sunken px-1.5 py-0.5 text-sm text-muted"
      title={typeof src === 'string' ? src : undefined}
    >
      {label}
      {alt !== undefined && alt !== '' && `: ${alt}`}
    </span>
  ),
})

/** A text that cannot be drawn is still a text. */
class Fallback extends Component<
  { readonly instead: ReactNode; readonly children: ReactNode },
  { readonly failed: boolean }
> {
  override state = { failed: false }
  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true }
  }
  override render(): ReactNode {
    return this.state.failed ? this.props.instead : this.props.children
  }
}
