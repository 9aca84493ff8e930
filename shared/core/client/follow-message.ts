/** One message's events as they come. A broken connection is taken up again where it broke, so nothing is shown twice. */
import { setTimeout as wait } from 'node:timers/promises'
import { Type } from 'typebox'
import { isValid } from '../../contract/check.ts'
import { ErrorEnvelope, MeshError } from '../../contract/error.ts'
import { MessageDelta, MessageEvent, MessageTool, type StreamEvent } from '../../contract/event.ts'
import { endStates } from '../../contract/message.ts'
import type { MeshHttp } from './http-client.ts'
import { readSse } from './sse.ts'

export interface FollowOptions {
  readonly signal: AbortSignal
  /** Pause before the nth try to connect again. */
  readonly pause?: ((n: number, signal: AbortSignal) => Promise<unknown>) | undefined
}

const StreamEventShape = Type.Union([MessageEvent, MessageDelta, MessageTool])
const maxTries = 6
const pauseMs = (n: number, signal: AbortSignal) => wait(Math.min(200 * 2 ** n, 5_000), undefined, { signal })

/** Ends after the event that ends the message, or interrupts it. */
export async function* followMessage(
  http: Pick<MeshHttp, 'url' | 'request'>,
  messageId: string,
  { signal, pause = pauseMs }: FollowOptions,
): AsyncGenerator<StreamEvent> {
  let lastId: string | undefined
  for (let tries = 0; tries < maxTries; tries++) {
    let connected = false
    try {
      const headers = { accept: 'text/event-stream', ...(lastId === undefined ? {} : { 'last-event-id': lastId }) }
      const response = await http.request('messages.get', { message_id: messageId }, { headers, signal })
      connected = true
      for await (const item of readSse(response.body ?? new ReadableStream())) {
        const event = readEvent(item.data)
        if (!event) continue
        tries = 0
        lastId = item.id ?? lastId
        yield event
        if (isLast(event)) return
      }
    } catch (error) {
      const firstTry = tries === 0 && lastId === undefined && !connected
      if (signal.aborted || firstTry || !isBroken(error)) throw error
    }
    await pause(tries, signal)
  }
  throw new MeshError('coordinator_unreachable', `The connection to ${http.url} broke and did not come back.`, {
    hint: `The message goes on without you: \`claw-mesh messages show ${messageId}\`.`,
    details: { message_id: messageId },
  })
}

function readEvent(data: string): StreamEvent | undefined {
  const value = parseJson(data)
  if (isValid(ErrorEnvelope, value)) throw MeshError.from(value.error)
  // An event of a newer coordinator that this version does not know is passed over.
  return isValid(StreamEventShape, value) ? value : undefined
}

const ends = new Set<string>([...endStates, 'interrupted'].map((state) => `message.${state}`))
export const isLast = (event: StreamEvent): boolean => ends.has(event.type)

/** Only a lost connection is worth another try; what the coordinator said stands. */
const isBroken = (error: unknown): boolean =>
  error instanceof MeshError ? error.code === 'coordinator_unreachable' : error instanceof TypeError

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
