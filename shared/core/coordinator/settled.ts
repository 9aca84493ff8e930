/** When a message has nothing more to say by itself: it ended, or only a late result or a person can end it. */
import { hasEnded, type MessageState } from '../../contract/message.ts'

export const isSettled = (state: MessageState): boolean => hasEnded(state) || state === 'interrupted'
