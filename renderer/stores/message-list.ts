/** A bounded list of message lines, newest first. Pure. */
import type { Message, MessageState, MessageSummary } from '../../shared/contract/message.ts'

/** Past this many lines the oldest go; they can be loaded again. */
export const maxLines = 1_000
const excerptChars = 280

/** Which messages are shown. */
export interface MessageFilter {
  readonly state?: MessageState | undefined
  readonly nodeId?: string | undefined
  /** Any case, anywhere in what a line says. */
  readonly text: string
}
export const noFilter: MessageFilter = { text: '' }
export const isFiltered = ({ state, nodeId, text }: MessageFilter): boolean =>
  state !== undefined || nodeId !== undefined || text.trim() !== ''

export function matches(line: MessageSummary, { state, nodeId, text }: MessageFilter): boolean {
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

/** Adds an older page. What is already there is newer than the page's word on it. */
export function withOlder(
  lines: readonly MessageSummary[],
  page: readonly MessageSummary[],
): readonly MessageSummary[] {
  const known = new Set(lines.map(({ id }) => id))
  return [...lines, ...page.filter(({ id }) => !known.has(id))].slice(0, maxLines)
}

/** The line of a message that was read whole before its event came. */
export function lineOf(message: Message): MessageSummary {
  const { id, state, content, source, sender, created_at, updated_at, attempt, affinity, response } = message
  const { conversation, ended_at, node_id, node_name, error, waiting } = message
  return {
    ...{
      id,
      state,
      excerpt: content.slice(0, excerptChars),
      source,
      sender,
      created_at,
      updated_at,
      attempt,
      affinity,
    },
    ...(conversation === undefined ? {} : { conversation }),
    ...(ended_at === undefined ? {} : { ended_at }),
    ...(node_id === undefined ? {} : { node_id }),
    ...(node_name === undefined ? {} : { node_name }),
    ...(error === undefined ? {} : { error }),
    ...(waiting === undefined ? {} : { waiting }),
    ...(response === undefined ? {} : { response_excerpt: response.slice(0, excerptChars) }),
    ...(message.decision === undefined ? {} : { reason: message.decision.reason }),
  }
}
