/** A message's events as the chunks that OpenAI's clients read. Every stream ends with `[DONE]`; a failed one says so before. */
import { type ErrorBody, MeshError } from '../../../../contract/error.ts'
import { httpStatus } from '../../../../contract/error-tables.ts'
import type { Message, Usage } from '../../../../contract/message.ts'
import { failureOf } from '../message-outcome.ts'
import type { NumberedEvent } from '../../services.ts'
import { sseText } from '../sse.ts'
import { openAiError } from './openai-error.ts'
import { StreamedText } from './streamed-text.ts'

export interface ChunkOptions {
  readonly message: Message
  readonly model: string
  readonly includeUsage: boolean
  /** The message as it stands when its events have ended. */
  readonly outcome: () => Promise<Message>
}

export async function* chatChunks(events: AsyncIterable<NumberedEvent>, options: ChunkOptions): AsyncGenerator<string> {
  const text = new StreamedText()
  yield chunk(options, { role: 'assistant', content: '', refusal: null })
  try {
    for await (const { event } of events) {
      if (event.type !== 'message.delta') continue
      const fresh = text.add(event.data.offset, event.data.text)
      if (fresh === undefined) throw contradiction()
      if (fresh !== '') yield chunk(options, { content: fresh })
    }
    const message = await options.outcome()
    const failure = failureOf(message)
    if (failure) throw failure
    if (message.state !== 'succeeded') throw leftOpen(message)
    const rest = text.finish(message.response ?? '')
    if (rest === undefined) throw contradiction()
    if (rest !== '') yield chunk(options, { content: rest })
    yield chunk(options, {}, 'stop')
    if (options.includeUsage) yield usageChunk(options, message.usage)
  } catch (error) {
    const body = MeshError.wrap(error).toBody()
    yield sseText({ data: JSON.stringify(inStream(body)) })
  }
  yield sseText({ data: '[DONE]' })
}

const inStream = (body: ErrorBody) => openAiError(body, httpStatus[body.code])

export const completionId = (message: Message): string => `chatcmpl-${message.id}`
export const createdS = (message: Message): number => Math.floor(Date.parse(message.created_at) / 1_000)

/** Absent when the gateway did not count: a made-up zero would be believed. */
export const openAiUsage = (usage: Usage | undefined) =>
  usage?.input_tokens === undefined && usage?.output_tokens === undefined
    ? undefined
    : {
        prompt_tokens: usage.input_tokens ?? 0,
        completion_tokens: usage.output_tokens ?? 0,
        total_tokens: (usage.input_tokens ?? 0) + (usage.output_tokens ?? 0),
      }

const envelope = ({ message, model }: ChunkOptions) => ({
  id: completionId(message),
  object: 'chat.completion.chunk',
  created: createdS(message),
  model,
})

function chunk(options: ChunkOptions, delta: object, finishReason: 'stop' | null = null): string {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finishReason }]
  const usage = options.includeUsage ? { usage: null } : {}
  return sseText({ data: JSON.stringify({ ...envelope(options), choices, ...usage }) })
}

const usageChunk = (options: ChunkOptions, usage: Usage | undefined): string =>
  sseText({ data: JSON.stringify({ ...envelope(options), choices: [], usage: openAiUsage(usage) ?? null }) })

const contradiction = (): MeshError =>
  new MeshError('gateway_bad_reply', 'The gateway replaced text that was already streamed.', {
    hint: 'Ask for the message without streaming, or read it under /api/v1/messages.',
  })

export const leftOpen = (message: Message): MeshError =>
  new MeshError('draining', 'The coordinator is stopping; the message goes on without this stream.', {
    hint: `Read the answer later at /api/v1/messages/${message.id}.`,
    details: { message_id: message.id },
  })
