/** One turn on an OpenAI-compatible server: one streamed request, read to its end. */
import { createParser } from 'eventsource-parser'
import { isValid } from '../../contract/check.ts'
import { MeshError } from '../../contract/error.ts'
import { maxAnswerChars } from '../../contract/limits.ts'
import type { Clock } from '../platform/clock.ts'
import type { GatewayAttempt, GatewayEvent } from './adapter.ts'
import { Chunk, Completion, errorText, httpFailure, serverDown, usageOf } from './openai-frames.ts'
import { tookTooLong } from './openclaw-history.ts'
import { badReply } from './rpc-errors.ts'

const maxLineChars = 4 * 1024 * 1024
const maxErrorChars = 64 * 1024
/** Made once: an abort without a reason makes an exception with its stack. */
const turnIsOver = new Error('The turn is over.')

export interface OpenAiTurnDeps {
  readonly base: string
  readonly key: string | undefined
  readonly model: string
  readonly clock: Clock
}

export class OpenAiTurn {
  readonly #attempt: GatewayAttempt
  readonly #deps: OpenAiTurnDeps
  #text = ''
  #began = false
  #isComplete = false

  constructor(attempt: GatewayAttempt, deps: OpenAiTurnDeps) {
    this.#attempt = attempt
    this.#deps = deps
  }

  async *run(signal: AbortSignal): AsyncGenerator<GatewayEvent> {
    const deadline = new AbortController()
    const cancel = this.#deps.clock.after(this.#attempt.timeout_s * 1_000, () => deadline.abort())
    // Closing the connection, however this ends, is what stops the server.
    const leaving = new AbortController()
    try {
      signal.throwIfAborted()
      yield* this.#read(AbortSignal.any([signal, deadline.signal, leaving.signal]))
      yield { type: 'done', text: this.#text }
    } catch (error) {
      if (signal.aborted) yield { type: 'cancelled', text: this.#text }
      else yield this.#failed(deadline.signal.aborted ? tookTooLong(this.#attempt.timeout_s) : this.#asMeshError(error))
    } finally {
      cancel()
      leaving.abort(turnIsOver)
    }
  }

  async *#read(signal: AbortSignal): AsyncGenerator<GatewayEvent> {
    const response = await this.#request(signal)
    const type = response.headers.get('content-type') ?? ''
    if (type.includes('application/json')) yield* this.#readWhole((await readSome(response, 4 * maxAnswerChars)) ?? '')
    else if (type.includes('text/event-stream') && response.body) yield* this.#readStream(response.body)
    else throw badReply(`content-type "${type.slice(0, 100)}" instead of a stream`)
    if (this.#text.trim() === '') throw badReply('the answer is empty')
  }

  async #request(signal: AbortSignal): Promise<Response> {
    const { base, key, model } = this.#deps
    const { context, content } = this.#attempt
    if (model === '') {
      throw new MeshError('gateway_rejected', 'The server lists no model, and none is set.', {
        hint: 'Load a model there, or name one in gateway.model.',
      })
    }
    const messages = [...context.map(({ role, text }) => ({ role, content: text })), { role: 'user', content }]
    const response = await fetch(`${base}/chat/completions`, {
      method: 'POST',
      redirect: 'manual',
      signal,
      headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
      body: JSON.stringify({ model, messages, stream: true, stream_options: { include_usage: true } }),
    })
    if (response.ok) {
      this.#began = true
      return response
    }
    // A server that fails may have worked on it before; one that refuses has not.
    this.#began = response.status >= 500 && response.status !== 503
    const told = (await readSome(response, maxErrorChars)) ?? ''
    throw httpFailure(response.status, errorText(parseJson(told)) ?? '', response.headers.get('retry-after'))
  }

  async *#readStream(body: ReadableStream<Uint8Array>): AsyncGenerator<GatewayEvent> {
    const found: GatewayEvent[] = []
    const parser = createParser({ onEvent: ({ data }) => found.push(...this.#onData(data)) })
    const decoder = new TextDecoder()
    let unread = 0
    yield { type: 'started' }
    for await (const bytes of body) {
      const part = decoder.decode(bytes, { stream: true })
      // The parser keeps a line until it ends: one that never does must not fill the memory.
      unread = part.includes('\n') ? 0 : unread + part.length
      if (unread > maxLineChars) throw badReply('a line of the stream that does not end')
      parser.feed(part)
      yield* found.splice(0)
    }
    if (!this.#isComplete) throw serverDown('it closed the stream in the middle of the answer')
  }

  #onData(data: string): GatewayEvent[] {
    if (data === '[DONE]') {
      this.#isComplete = true
      return []
    }
    const value = parseJson(data)
    const told = errorText(value)
    if (told !== undefined) {
      throw new MeshError('provider_failing', `The server failed in the middle of the answer: ${told}`, {
        hint: 'Look at the log of that server.',
      })
    }
    if (!isValid(Chunk, value)) throw badReply('a piece of the stream has an unknown form')
    const [choice] = value.choices
    if (choice?.finish_reason) this.#isComplete = true
    const usage = usageOf(value.usage)
    return [...this.#add(choice?.delta?.content ?? ''), ...(usage ? [{ type: 'usage' as const, usage }] : [])]
  }

  *#readWhole(body: string): Generator<GatewayEvent> {
    const value = parseJson(body)
    if (!isValid(Completion, value)) throw badReply('the answer has an unknown form')
    yield { type: 'started' }
    yield* this.#add(value.choices[0]?.message.content ?? '')
    const usage = usageOf(value.usage)
    if (usage) yield { type: 'usage', usage }
  }

  #add(text: string): GatewayEvent[] {
    if (text === '') return []
    const offset = this.#text.length
    this.#text += text
    if (this.#text.length > maxAnswerChars) {
      this.#text = this.#text.slice(0, maxAnswerChars)
      throw new MeshError('answer_too_large', 'The answer is longer than 16 MiB; what came is kept.', {
        hint: 'Ask for less at once.',
      })
    }
    return [{ type: 'delta', offset, text }]
  }

  #asMeshError(error: unknown): MeshError {
    if (error instanceof MeshError) return error
    const { cause } = error as Error
    const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? 'connection lost'
    const isRefused = code === 'ECONNREFUSED' || code === 'ENOTFOUND'
    if (!isRefused) this.#began = true
    return serverDown(`${this.#deps.base}: ${code}`, error)
  }

  #failed(error: MeshError): GatewayEvent {
    const effects = this.#began ? 'possible' : 'none'
    return { type: 'failed', error: error.toBody(), began: this.#began, effects, text: this.#text }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function readSome(response: Response, limit: number): Promise<string | undefined> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true })
    if (text.length > limit) return undefined
  }
  return text
}
