/** A moment as day and time, short; as it was written where it is no time. */
export function shortTime(at: string, language: string): string {
  const time = new Date(at)
  if (Number.isNaN(time.getTime())) return at
  return time.toLocaleString(language, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' })
}
