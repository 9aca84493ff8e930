/**
 * Event feeds of the window: each is one socket to the coordinator, opened with the token that stays here. The window
 * decides when to come back and from where, as a browser page does; what arrives is checked before it is passed on.
 */
import type { Static } from 'typebox'
import { WebSocket } from 'ws'
import { check, isValid } from '../../../shared/contract/check.ts'
import { MeshError } from '../../../shared/contract/error.ts'
import {
  EventsProblem,
  EventsWelcome,
  MessageDelta,
  MessageEvent,
  MessageTool,
  NodeEvent,
} from '../../../shared/contract/event.ts'
import { feedCalls, type FeedCallName, type IpcPush } from '../../../shared/contract/ipc.ts'
import { maxFrameBytes } from '../../../shared/contract/limits.ts'
import { unreachable } from '../../../shared/core/client/http-client.ts'
import type { Door } from '../answer-call.ts'
import { type MeshAccess, needAccess } from './mesh.ts'

export interface FeedsDeps {
  readonly access: () => MeshAccess | undefined
  readonly push: (push: IpcPush) => void
  readonly connect?: (url: URL, token: string) => WebSocket
}

type Open = Static<(typeof feedCalls)['open']>

/** A window has one feed, two while it changes over. */
const maxFeeds = 4

export class Feeds {
  readonly #deps: FeedsDeps
  readonly #sockets = new Map<number, WebSocket>()

  constructor(deps: FeedsDeps) {
    this.#deps = deps
  }

  readonly door: Door = async (name, input) => {
    if (!Object.hasOwn(feedCalls, name)) {
      throw new MeshError('route_not_found', `${name.slice(0, 64)} is not a call of a feed.`)
    }
    const call = name as FeedCallName
    if (call === 'open') this.#open(check(feedCalls.open, input, { what: 'feed' }))
    else if (call === 'watch') this.#watch(check(feedCalls.watch, input, { what: 'watch' }))
    else this.#close(check(feedCalls.close, input, { what: 'feed' }).feed_id)
    return undefined
  }

  /** The window is gone, was loaded anew, or works on another coordinator. `why` is told to those that still listen. */
  closeAll(why?: MeshError): void {
    for (const id of [...this.#sockets.keys()]) {
      this.#close(id)
      if (why) this.#deps.push({ type: 'feed.closed', feed_id: id, error: why.toBody() })
    }
  }

  #open({ feed_id, since }: Open): void {
    const { url, token } = needAccess(this.#deps.access())
    this.#close(feed_id)
    if (this.#sockets.size >= maxFeeds) throw new MeshError('rate_limited', `A window has ${maxFeeds} feeds at most.`)
    const address = new URL(`${url.replace(/^http/, 'ws')}/ws/events`)
    if (since) address.searchParams.set('since', `${since.boot_id}:${since.seq}`)
    const socket = (this.#deps.connect ?? connectWs)(address, token)
    this.#sockets.set(feed_id, socket)
    const end = (error: MeshError): void => {
      if (this.#sockets.get(feed_id) !== socket) return
      this.#close(feed_id)
      this.#deps.push({ type: 'feed.closed', feed_id, error: error.toBody() })
    }
    socket.on('message', (data: WebSocket.RawData) => {
      if (this.#sockets.get(feed_id) !== socket) return
      try {
        const push = pushOf(feed_id, data, since)
        if (push) this.#deps.push(push)
      } catch (error) {
        end(MeshError.wrap(error))
      }
    })
    socket.on('unexpected-response', (_, { statusCode }) =>
      end(statusCode === 401 || statusCode === 403 ? refused() : unreachable(url, undefined)),
    )
    socket.on('error', (error) => end(unreachable(url, error)))
    socket.on('close', () => end(unreachable(url, undefined)))
  }

  #watch({ feed_id, message_id, on }: Static<(typeof feedCalls)['watch']>): void {
    const socket = this.#sockets.get(feed_id)
    if (socket?.readyState === WebSocket.OPEN) {
      socket.send(JSON.stringify({ type: on ? 'watch' : 'unwatch', message_id }))
    }
  }

  #close(id: number): void {
    const socket = this.#sockets.get(id)
    this.#sockets.delete(id)
    socket?.terminate()
  }
}

/** Throws what ends the feed; undefined for what this version does not know, which passes by. */
function pushOf(feed_id: number, data: WebSocket.RawData, since: Open['since']): IpcPush | undefined {
  const value = parse(data)
  if (isValid(EventsWelcome, value)) {
    const { type, boot_id, seq } = value
    const resumed = type === 'hello' && since?.boot_id === boot_id
    // Missed events follow a resumed welcome: the point reached is still the one asked for.
    return { type: 'feed.opened', feed_id, boot_id, seq: resumed ? since.seq : seq, resumed }
  }
  if (isValid(EventsProblem, value)) {
    // A watch that ended concerns its message only, and reading that message says the same.
    if (value.message_id !== undefined) return undefined
    throw MeshError.from(value.error)
  }
  for (const shape of [MessageDelta, NodeEvent, MessageEvent, MessageTool]) {
    if (isValid(shape, value)) return { type: 'feed.event', feed_id, event: value }
  }
  return undefined
}

function parse(data: WebSocket.RawData): unknown {
  try {
    // Frames come whole, as one buffer, unless the socket is told otherwise.
    return JSON.parse((data as Buffer).toString('utf8'))
  } catch (cause) {
    throw new MeshError('protocol_mismatch', 'The coordinator said something this app does not understand.', { cause })
  }
}

const connectWs = (url: URL, token: string): WebSocket =>
  new WebSocket(url, {
    headers: { authorization: `Bearer ${token}` },
    maxPayload: maxFrameBytes,
    handshakeTimeout: 10_000,
  })

const refused = (): MeshError =>
  new MeshError('unauthorized', 'The coordinator refused the operator token.', {
    hint: 'Make a new one there, with `claw-mesh token create --scope operator`, and join again with it.',
  })
