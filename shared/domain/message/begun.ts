/** Whether any gateway may have begun a turn for a message. */
import type { Message } from '../../contract/message.ts'

/** False only when it is certain: no node was told to start, or those that were proved that they had not begun. */
export const mayHaveBegun = ({ attempts }: Pick<Message, 'attempts'>): boolean =>
  attempts.some(({ started_at, outcome }) => started_at !== undefined && outcome !== 'never_began')
