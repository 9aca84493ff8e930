/** What a request to send means, as a hash: two requests with the same one ask for the same thing. */
import type { ContextTurn, SendMessage } from '../../contract/message.ts'
import { sha256Hex } from '../platform/ids.ts'

export const requestDigest = (
  meant: SendMessage & { readonly sender: string; readonly context?: readonly ContextTurn[] | undefined },
): string => sha256Hex(stableJson(meant))

/** JSON in which the order of fields, and fields that are undefined, make no difference. */
export function stableJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${stableJson(field)}`).join(',')}}`
}
