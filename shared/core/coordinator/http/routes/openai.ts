/** `/v1`: the mesh as an OpenAI-compatible server. A client that leaves stops its message here, as it would there. */
import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { MeshError } from '../../../../contract/error.ts'
import type { Message } from '../../../../contract/message.ts'
import { autoModel, nodeModelPrefix } from '../../../../contract/openai.ts'
import { clientGone } from '../client-gone.ts'
import { type Doors, gate } from '../doors.ts'
import { failureOf, mustNotBeRetried } from '../message-outcome.ts'
import { chatChunks, completionId, createdS, leftOpen, openAiUsage } from '../openai/chat-chunks.ts'
import { type Chat, readChat, readModel } from '../openai/read-chat.ts'
import { type WaitingClient, WaitingClients } from '../openai/waiting-clients.ts'
import { readAhead } from '../read-ahead.ts'
import { replyHeaders } from '../reply-headers.ts'
import { sseBody } from '../sse.ts'
import type { Sent } from '../../services.ts'
import { begins } from './message-events.ts'
import { holdHeadersMs } from './send.ts'

/** An official client that repeats a request within this time means the message it sent before. */
const retryAttachS = 600

export function openAiRoutes(app: FastifyInstance, doors: Doors): void {
  const { nodes, messages } = doors.services
  const clients = new WaitingClients({ messages, clock: doors.clock, log: doors.log })
  app.addHook('onClose', async () => clients.stop())

  const model = (id: string, created = 0) => ({ id, object: 'model', created, owned_by: 'claw-mesh' })
  app.get('/v1/models', { onRequest: gate(doors, 'viewer') }, async () => ({
    object: 'list',
    data: [
      model(autoModel),
      ...nodes
        .list()
        .map(({ name, registered_at }) =>
          model(`${nodeModelPrefix}${name}`, Math.floor(Date.parse(registered_at) / 1_000)),
        ),
    ],
  }))
  app.get('/v1/models/*', { onRequest: gate(doors, 'viewer') }, async (request) => {
    const id = (request.params as { '*': string })['*']
    const node = readModel(id)
    if (node !== undefined) nodes.get(node)
    return model(id)
  })

  app.post('/v1/chat/completions', { onRequest: gate(doors, 'operator') }, async (request, reply) => {
    const gone = clientGone(reply.raw)
    const chat = readChat(request.body, request.headers)
    const sent = await messages.send(chat.input, request.caller, {
      to: chat.to,
      context: chat.context,
      ...(chat.isRetry ? { attachWithinS: retryAttachS } : {}),
    })
    const asked: Asked = { chat, sent, gone, client: clients.join(sent) }
    return chat.stream ? stream(doors, reply, asked) : whole(doors, reply, asked)
  })
}

interface Asked {
  readonly chat: Chat
  readonly sent: Sent
  readonly gone: AbortSignal
  readonly client: WaitingClient
}

async function whole(doors: Doors, reply: FastifyReply, { chat, sent, gone, client }: Asked): Promise<object> {
  try {
    const signal = AbortSignal.any([gone, doors.closing])
    const message = await doors.services.messages.settled(sent.message.id, signal)
    const open = message.state === 'succeeded' ? undefined : leftOpen(message)
    throwIfFailed(reply, message, failureOf(message) ?? open)
    const usage = openAiUsage(message.usage)
    const answer = { role: 'assistant', content: message.response ?? '', refusal: null }
    return {
      id: completionId(message),
      object: 'chat.completion',
      created: createdS(message),
      model: chat.model,
      choices: [{ index: 0, message: answer, logprobs: null, finish_reason: 'stop' }],
      ...(usage === undefined ? {} : { usage }),
    }
  } finally {
    leave(client, gone.aborted)
  }
}

async function stream(doors: Doors, reply: FastifyReply, { chat, sent, gone, client }: Asked): Promise<Readable> {
  const { messages } = doors.services
  const { id } = sent.message
  let streaming = false
  try {
    const events = messages.follow(id, { signal: AbortSignal.any([gone, doors.closing]) })
    const { all } = await readAhead(events, doors.clock, holdHeadersMs, ({ event }) => begins(event))
    const message = await messages.get(id)
    throwIfFailed(reply, message, failureOf(message))
    const { model, includeUsage } = chat
    const chunks = chatChunks(all, { message, model, includeUsage, outcome: () => messages.get(id) })
    streaming = true
    // The generator may not run any more when the client leaves, so the connection says when the client is done.
    return sseBody(
      reply,
      untilEnd(chunks, gone, (early) => leave(client, early)),
      doors.clock,
    )
  } finally {
    if (!streaming) leave(client, gone.aborted)
  }
}

const leave = (client: WaitingClient, early: boolean): void => (early ? client.left() : client.done())

/** `texts`; `onEnd` hears once the connection closed, whether that was before the last of them. */
function untilEnd(
  texts: AsyncIterable<string>,
  gone: AbortSignal,
  onEnd: (early: boolean) => void,
): AsyncIterable<string> {
  let finished = false
  if (gone.aborted) onEnd(true)
  else gone.addEventListener('abort', () => onEnd(!finished), { once: true })
  return (async function* () {
    yield* texts
    finished = true
  })()
}

/** Sets the headers, and throws what went wrong, if anything. A client must not repeat what may have begun. */
function throwIfFailed(reply: FastifyReply, message: Message, failure: MeshError | undefined): void {
  void reply.headers(replyHeaders(message))
  if (!failure) return
  if (mustNotBeRetried(message)) void reply.header('x-should-retry', 'false')
  throw failure
}
