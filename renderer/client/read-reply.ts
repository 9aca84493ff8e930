/** Turns what came over the wire into the contract's types, or into the MeshError it stands for. */
import type { Static, TSchema } from 'typebox'
import { isValid } from '../../shared/contract/check.ts'
import { ErrorEnvelope, MeshError } from '../../shared/contract/error.ts'
import {
  EventsProblem,
  type EventsWelcome,
  EventsWelcome as Welcome,
  MessageDelta,
  MessageEvent,
  MessageTool,
  NodeEvent,
} from '../../shared/contract/event.ts'
import type { FeedEvent } from './transport.ts'

export type FeedFrame =
  | { readonly kind: 'welcome'; readonly welcome: EventsWelcome }
  | { readonly kind: 'event'; readonly event: FeedEvent }
  | { readonly kind: 'error'; readonly error: MeshError }
  /** Among them types this version does not know: newer coordinators may tell more. */
  | { readonly kind: 'ignored' }

/** `body` is the parsed JSON of a reply, or undefined where there was none. */
export function readReply<S extends TSchema>(output: S, status: number, body: unknown): Static<S> {
  if (status >= 400) throw errorFrom(status, body)
  if (!isValid(output, body)) throw mismatch()
  return body
}

export function readFeedFrame(data: unknown): FeedFrame {
  const value = parse(data)
  if (typeof value !== 'object' || value === null) throw mismatch()
  const type = 'type' in value ? value.type : undefined
  if (typeof type !== 'string') throw mismatch()
  if (type === 'hello' || type === 'gap') return { kind: 'welcome', welcome: must(Welcome, value) }
  if (type === 'error') {
    const { error, message_id } = must(EventsProblem, value)
    // A watch that ended concerns its message only, and reading that message says the same.
    return message_id === undefined ? { kind: 'error', error: MeshError.from(error) } : { kind: 'ignored' }
  }
  if (type === 'message.delta') return { kind: 'event', event: must(MessageDelta, value) }
  if (type === 'message.tool') return { kind: 'event', event: must(MessageTool, value) }
  // A state or a kind of event that came with a later version passes by; a known one must fit.
  if (isValid(NodeEvent, value) || isValid(MessageEvent, value)) return { kind: 'event', event: value }
  if (known.has(type)) throw mismatch()
  return { kind: 'ignored' }
}

const known = new Set<string>([...NodeEvent.properties.type.enum, ...MessageEvent.properties.type.enum])

function must<S extends TSchema>(schema: S, value: unknown): Static<S> {
  if (!isValid(schema, value)) throw mismatch()
  return value
}

function parse(data: unknown): unknown {
  try {
    return typeof data === 'string' ? JSON.parse(data) : undefined
  } catch (cause) {
    throw mismatch(cause)
  }
}

function errorFrom(status: number, body: unknown): MeshError {
  if (isValid(ErrorEnvelope, body)) return MeshError.from(body.error)
  const code = status === 401 ? 'unauthorized' : status >= 502 ? 'coordinator_unreachable' : 'internal'
  return new MeshError(code, `The coordinator answered with status ${status} and no reason.`, {
    hint: 'Look into the coordinator’s log.',
  })
}

const mismatch = (cause?: unknown): MeshError =>
  new MeshError('protocol_mismatch', 'The coordinator said something this page does not understand.', {
    hint: 'Reload the page: it may be older than the coordinator.',
    cause,
  })
