/** Earlier turns of a conversation that this gateway's session does not hold, pasted before the message the way OpenClaw does it itself. */
import type { ContextTurn } from '../../contract/message.ts'

const names = { user: 'User', assistant: 'Assistant' } as const

/** OpenClaw's own markers: its prompts and its models know them. */
export function withContext(context: readonly ContextTurn[], content: string): string {
  const lines = context.flatMap(({ role, text }) => (role === 'system' ? [] : [`${names[role]}: ${text}`]))
  if (lines.length === 0) return content
  return [
    '[Chat messages since your last reply - for context]',
    ...lines,
    '',
    '[Current message - respond to this]',
    content,
  ].join('\n')
}

export function systemText(context: readonly ContextTurn[]): string | undefined {
  const texts = context.flatMap(({ role, text }) => (role === 'system' ? [text] : []))
  return texts.length === 0 ? undefined : texts.join('\n\n')
}
