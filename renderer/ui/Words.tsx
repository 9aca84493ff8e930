/** A sentence in which `commands` stand between back ticks, as the texts of this project write them. */
export const Words = ({ text }: { readonly text: string }) => {
  const parts = text.split('`')
  // One that is never closed is just a sign.
  if (parts.length % 2 === 0) return text
  return parts.map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      <code key={index} className="rounded bg-sunken px-1 text-[0.95em] text-ink">
        {part}
      </code>
    ),
  )
}
