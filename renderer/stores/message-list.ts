/** A bounded list of message lines, newest first. Pure. */
import { deadStates, type MessageState, type MessageSummary } from '../../shared/contract/message.ts'
import { summarise } from '../../shared/domain/message/summary.ts'

/** Past this many lines the oldest go; they can be loaded again. */
export const maxLines = 1_000

/** Which messages are shown. */
export interface MessageFilter {
  readonly state?: MessageState | undefined
  readonly nodeId?: string | undefined
  /** Only what failed or expired. */
  readonly dead?: boolean | undefined
  /** Any case, anywhere in what a line says. */
  readonly text: string
}
export const noFilter: MessageFilter = { state: undefined, nodeId: undefined, dead: undefined, text: '' }
export const isFiltered = ({ state, nodeId, dead, text }: MessageFilter): boolean =>
  dead === true || state !== undefined || nodeId !== undefined || text.trim() !== ''

export function matches(line: MessageSummary, { state, nodeId, dead, text }: MessageFilter): boolean {
  if (dead === true && !deadStates.includes(line.state)) return false
  if (state !== undefined && line.state !== state) return false
  if (nodeId !== undefined && line.node_id !== nodeId) return false
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return true
  const said = [line.excerpt, line.response_excerpt, line.node_name, line.sender, line.source, line.id]
  return said.some((part) => part?.toLowerCase().includes(wanted))
}

export function withMessage(
  lines: readonly MessageSummary[],
  line: MessageSummary,
): { readonly lines: readonly MessageSummary[]; readonly dropped: boolean } {
  const at = lines.findIndex(({ id }) => id === line.id)
  const known = lines[at]
  if (known) return { lines: known.updated_at > line.updated_at ? lines : lines.with(at, line), dropped: false }
  const after = lines.findIndex((other) => other.created_at <= line.created_at)
  const next = lines.toSpliced(after < 0 ? lines.length : after, 0, line)
  return { lines: next.slice(0, maxLines), dropped: next.length > maxLines }
}

/** Adds an older page. What is already there is newer than the page's word on it, and may be older than the page. */
export function withOlder(
  lines: readonly MessageSummary[],
  page: readonly MessageSummary[],
): readonly MessageSummary[] {
  const known = new Set(lines.map(({ id }) => id))
  const all = [...lines, ...page.filter(({ id }) => !known.has(id))]
  return all.toSorted((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at)).slice(0, maxLines)
}

/** The line of a message that was read whole before its event came: as the coordinator makes it. */
export const lineOf = summarise
