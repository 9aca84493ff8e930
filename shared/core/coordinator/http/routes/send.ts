/** Sends a message and answers in one of three forms: when done, as a stream, or at once. Also attaches to a sent one. */
import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { syncReplyMaxS } from '../../../../contract/limits.ts'
import type { Message, RouteAccepted, SendMessage } from '../../../../contract/message.ts'
import { procedures } from '../../../../contract/procedures.ts'
import { clientGone } from '../client-gone.ts'
import { type Doors, gate } from '../doors.ts'
import { accepted, failureOf, routeReply } from '../message-outcome.ts'
import { readAhead } from '../read-ahead.ts'
import { replyHeaders } from '../reply-headers.ts'
import { settledWithin } from '../settled-within.ts'
import { sseBody } from '../sse.ts'
import { begins, messageTexts, readLastEventId } from './message-events.ts'
import { withKey } from './idempotency-key.ts'
import { readInput } from './procedures.ts'

/** How long a stream's headers wait for a node to begin, so that they can say which. */
export const holdHeadersMs = 10_000

export function sendRoutes(app: FastifyInstance, doors: Doors): void {
  const send = procedures['messages.send']
  app.post(send.path, { onRequest: gate(doors, send.scope) }, async (request, reply) =>
    route(doors, request, reply, withKey(request.headers, readInput(send, request))),
  )
  const sendTo = procedures['messages.send_to']
  app.post(sendTo.path, { onRequest: gate(doors, sendTo.scope) }, async (request, reply) => {
    const { node_id: to, ...input } = readInput(sendTo, request)
    return route(doors, request, reply, withKey(request.headers, input), to)
  })
  const get = procedures['messages.get']
  app.get(get.path, { onRequest: gate(doors, get.scope) }, async (request, reply) => {
    const message = await doors.services.messages.get(readInput(get, request).message_id)
    void reply.headers(replyHeaders(message))
    return wantsStream(request) ? attach(doors, request, reply, message) : message
  })
}

const wantsStream = ({ headers }: FastifyRequest): boolean => headers.accept?.includes('text/event-stream') ?? false

const wantsNoWait = ({ headers }: FastifyRequest): boolean =>
  /(^|[,;\s])respond-async([,;\s]|$)/i.test(String(headers['prefer'] ?? ''))

async function route(
  doors: Doors,
  request: FastifyRequest,
  reply: FastifyReply,
  input: SendMessage,
  to?: string,
): Promise<unknown> {
  const { message } = await doors.services.messages.send(input, request.caller, { to })
  if (wantsNoWait(request)) {
    void reply.header('preference-applied', 'respond-async').headers(replyHeaders(message))
    return acceptedBody(reply, message)
  }
  return wantsStream(request) ? stream(doors, request, reply, message) : whenDone(doors, reply, message)
}

async function whenDone({ services, clock, closing }: Doors, reply: FastifyReply, message: Message) {
  const until = AbortSignal.any([clientGone(reply.raw), closing])
  const then = await settledWithin({ messages: services.messages, clock }, message.id, syncReplyMaxS * 1_000, until)
  void reply.headers(replyHeaders(then))
  const answer = routeReply(then)
  return 'url' in answer ? acceptedBody(reply, then) : answer
}

function acceptedBody(reply: FastifyReply, message: Message): RouteAccepted {
  const body = accepted(message)
  void reply.code(202).header('location', body.url)
  return body
}

async function stream(doors: Doors, request: FastifyRequest, reply: FastifyReply, message: Message) {
  const { services, clock, log } = doors
  const signal = AbortSignal.any([clientGone(reply.raw), doors.closing])
  const after = readLastEventId(request.headers, message.id)
  const events = services.messages.follow(message.id, { after, signal })
  const { all } = await readAhead(events, clock, holdHeadersMs, ({ event }) => begins(event))
  const now = await services.messages.get(message.id)
  void reply.headers(replyHeaders(now))
  // Nothing was sent yet, so this is an ordinary error with its status. An interrupted message may still be answered.
  const failure = now.state === 'interrupted' ? undefined : failureOf(now)
  if (failure && after === 0) throw failure
  return sseBody(reply, messageTexts(message.id, all, log), clock)
}

/** Reading a message as a stream never fails with the message's own error: the events tell it. */
function attach(doors: Doors, request: FastifyRequest, reply: FastifyReply, message: Message): Readable {
  const signal = AbortSignal.any([clientGone(reply.raw), doors.closing])
  const after = readLastEventId(request.headers, message.id)
  const events = doors.services.messages.follow(message.id, { after, signal })
  return sseBody(reply, messageTexts(message.id, events, doors.log), doors.clock)
}
