/** One message's events as server-sent events, with ids by which a reader comes back to where it was. */
import type { IncomingHttpHeaders } from 'node:http'
import { MeshError } from '../../../../contract/error.ts'
import type { StreamEvent } from '../../../../contract/event.ts'
import { endStates } from '../../../../contract/message.ts'
import type { Log } from '../../../platform/log.ts'
import type { NumberedEvent } from '../../services.ts'
import { sseText } from '../sse.ts'

const ends = new Set<string>([...endStates, 'interrupted'].map((state) => `message.${state}`))
const beginnings = new Set<string>(['message.started', 'message.running', 'message.delta', 'message.tool'])

/** From here on it is known which node answers, or that none does. */
export const begins = ({ type }: StreamEvent): boolean => beginnings.has(type) || ends.has(type)

/** Number of the last event the reader has; 0 when it has none of this message. */
export function readLastEventId(headers: IncomingHttpHeaders, messageId: string): number {
  const id = headers['last-event-id']
  if (id === undefined || id === '') return 0
  const [, of, n] = (typeof id === 'string' && /^(.+):(\d{1,15})$/.exec(id)) || []
  if (of === undefined) {
    throw new MeshError('invalid_input', 'Last-Event-ID: must be the id of an event of this message.', {
      hint: 'Send the last id as it came, or leave the header out to read from the start.',
      details: { field: 'Last-Event-ID' },
    })
  }
  return of === messageId ? Number(n) : 0
}

/** Ends with an `error` event when the stream breaks, so that nobody takes a part for the whole. */
export async function* messageTexts(
  messageId: string,
  events: AsyncIterable<NumberedEvent>,
  log: Log,
): AsyncGenerator<string> {
  try {
    for await (const { n, event } of events) {
      yield sseText({ id: `${messageId}:${n}`, event: event.type, data: JSON.stringify(event) })
    }
  } catch (error) {
    log.error({ err: error, message_id: messageId }, 'event stream broke')
    yield sseText({ event: 'error', data: JSON.stringify({ error: MeshError.wrap(error).toBody() }) })
  }
}
