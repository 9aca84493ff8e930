/** Waits for a message to settle, but not for ever. */
import type { Message } from '../../../contract/message.ts'
import type { Clock } from '../../platform/clock.ts'
import type { MessageService } from '../services.ts'

/** The message once it ended or was interrupted; as it is when `ms` passed or `signal` aborted. */
export async function settledWithin(
  deps: { readonly messages: MessageService; readonly clock: Clock },
  messageId: string,
  ms: number,
  signal?: AbortSignal,
): Promise<Message> {
  const late = new AbortController()
  const cancelTimer = deps.clock.after(ms, () => late.abort())
  try {
    return await deps.messages.settled(messageId, signal ? AbortSignal.any([late.signal, signal]) : late.signal)
  } finally {
    cancelTimer()
  }
}
