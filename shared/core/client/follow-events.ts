/** What happens in the whole mesh, over `/ws/events`; after a break it goes on from the last event seen. */
import { on } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { Type } from 'typebox'
import { WebSocket } from 'ws'
import { isValid } from '../../contract/check.ts'
import { MeshError } from '../../contract/error.ts'
import { EventsWelcome, type MeshEvent, MessageEvent, NodeEvent } from '../../contract/event.ts'
import { maxFrameBytes } from '../../contract/limits.ts'
import { unreachable } from './http-client.ts'

export interface FollowEvents {
  readonly url: string
  readonly token: string
  readonly signal: AbortSignal
  /** Told when the connection broke and is being tried again. */
  readonly onBreak?: (() => void) | undefined
  /** Pause before it is tried again. */
  readonly againMs?: number | undefined
}

const EventShape = Type.Union([NodeEvent, MessageEvent])
const usualAgainMs = 1_000

/** Ends when `signal` aborts. Throws when the first connection fails, or the token is refused. */
export async function* followEvents(options: FollowEvents): AsyncGenerator<MeshEvent> {
  let since: { boot: string; seq: number } | undefined
  const isOver = () => options.signal.aborted
  for (let first = true; !isOver(); first = false) {
    try {
      for await (const item of frames(options, since)) {
        if ('boot_id' in item) {
          since = { boot: item.boot_id, seq: item.seq }
        } else {
          if (since) since = { boot: since.boot, seq: item.seq }
          yield item
        }
      }
    } catch (error) {
      if (isOver()) return
      if (first || (error instanceof MeshError && error.code !== 'coordinator_unreachable')) throw error
    }
    if (isOver()) return
    options.onBreak?.()
    await wait(options.againMs ?? usualAgainMs, undefined, { signal: options.signal }).catch(() => undefined)
  }
}

async function* frames(
  { url, token, signal }: FollowEvents,
  since: { boot: string; seq: number } | undefined,
): AsyncGenerator<MeshEvent | EventsWelcome> {
  const address = new URL(`${url.replace(/^http/, 'ws')}/ws/events`)
  if (since) address.searchParams.set('since', `${since.boot}:${since.seq}`)
  const socket = new WebSocket(address, {
    headers: { authorization: `Bearer ${token}` },
    maxPayload: maxFrameBytes,
    handshakeTimeout: 10_000,
  })
  let refused: MeshError | undefined
  socket.on('unexpected-response', (_, response) => {
    refused =
      response.statusCode === 401 || response.statusCode === 403
        ? new MeshError('unauthorized', 'The coordinator refused the token.', {
            hint: 'Check --token or CLAW_MESH_TOKEN.',
          })
        : unreachable(url, undefined)
    socket.terminate()
  })
  try {
    // `on` throws what the socket emits as 'error', and pauses the socket when the reader is slow.
    for await (const [data] of on(socket, 'message', {
      signal,
      close: ['close'],
      highWaterMark: 1_000,
      lowWaterMark: 100,
    })) {
      const value = parseJson(String(data))
      if (isValid(EventsWelcome, value) || isValid(EventShape, value)) yield value
    }
  } catch (error) {
    if (signal.aborted) return
    throw refused ?? unreachable(url, error)
  } finally {
    socket.on('error', () => undefined)
    socket.terminate()
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
