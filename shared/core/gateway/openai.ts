/** The adapter for any OpenAI-compatible server: Ollama, LM Studio, vLLM, llama.cpp. It keeps no history, so nothing can be settled. */
import { isValid } from '../../contract/check.ts'
import { MeshError } from '../../contract/error.ts'
import type { GatewayReport } from '../../contract/node.ts'
import type { Clock } from '../platform/clock.ts'
import type { GatewayAdapter, GatewayAttempt, GatewayEvent, GatewayLoad, Settled } from './adapter.ts'
import { httpFailure, Models, serverDown } from './openai-frames.ts'
import { OpenAiTurn } from './openai-turn.ts'
import { ProviderTrouble } from './provider-trouble.ts'
import { badReply } from './rpc-errors.ts'

const pollEveryMs = 3_000
const maxModels = 1_000_000

export interface OpenAiDeps {
  /** Base that ends in /v1. */
  readonly url: string
  /** Empty: the first one that the server lists. */
  readonly model: string
  readonly slots: number
  readonly key: string | undefined
  readonly clock: Clock
}

export class OpenAiGateway implements GatewayAdapter {
  readonly name = 'openai'
  readonly #deps: OpenAiDeps
  readonly #base: string
  readonly #listeners = new Set<() => void>()
  readonly #trouble: ProviderTrouble
  readonly #stopping = new AbortController()
  #problem: MeshError | undefined = serverDown('claw-mesh has not asked it yet')
  #isWarming = false
  #firstModel = ''
  #running = 0
  #cancelPoll: () => void = () => undefined
  #told = ''

  constructor(deps: OpenAiDeps) {
    this.#deps = deps
    this.#base = deps.url.replace(/\/+$/, '')
    this.#trouble = new ProviderTrouble(deps.clock)
  }

  async start(): Promise<void> {
    await this.#poll()
  }

  stop(): Promise<void> {
    this.#stopping.abort()
    this.#cancelPoll()
    return Promise.resolve()
  }

  health(): GatewayReport {
    if (!this.#problem) {
      const trouble = this.#trouble.current()
      return { adapter: 'openai', state: this.#trouble.state(), ...(trouble ? { problem: trouble.toBody() } : {}) }
    }
    const refused = this.#problem.code === 'gateway_token_refused'
    const state = this.#isWarming ? 'warming' : refused ? 'token_refused' : 'down'
    return { adapter: 'openai', state, problem: this.#problem.toBody() }
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  load(): GatewayLoad {
    const { slots } = this.#deps
    return { running: Math.min(this.#running, slots), queued: Math.max(0, this.#running - slots), slots }
  }

  skills(): Promise<[]> {
    return Promise.resolve([])
  }

  async *send(attempt: GatewayAttempt, signal: AbortSignal): AsyncGenerator<GatewayEvent> {
    this.#running++
    this.#tell()
    try {
      const { key, clock, model } = this.#deps
      const turn = new OpenAiTurn(attempt, { base: this.#base, key, clock, model: model || this.#firstModel })
      for await (const event of turn.run(AbortSignal.any([signal, this.#stopping.signal]))) {
        if (event.type === 'done') this.#trouble.note(undefined)
        if (event.type === 'failed') this.#trouble.note(MeshError.from(event.error))
        yield event
      }
    } finally {
      this.#running--
      this.#tell()
    }
  }

  settle(): Promise<Settled> {
    const error = new MeshError(
      'message_interrupted',
      'claw-mesh stopped in the middle of the turn, and this kind of server keeps no record of it.',
      {
        hint: 'Run the message again or let it fail.',
      },
    )
    return Promise.resolve({ state: 'interrupted', error: error.toBody() })
  }

  async #poll(): Promise<void> {
    const answer = await this.#ask()
    if (this.#stopping.signal.aborted) return
    this.#problem = answer.problem
    this.#isWarming = answer.status === 503
    this.#tell()
    this.#cancelPoll = this.#deps.clock.after(pollEveryMs, () => void this.#poll())
  }

  async #ask(): Promise<{ readonly problem: MeshError | undefined; readonly status?: number }> {
    try {
      const { key } = this.#deps
      const response = await fetch(`${this.#base}/models`, {
        redirect: 'manual',
        headers: key ? { authorization: `Bearer ${key}` } : {},
        signal: AbortSignal.any([AbortSignal.timeout(pollEveryMs), this.#stopping.signal]),
      })
      const { status } = response
      if (!response.ok) {
        await response.body?.cancel()
        return { problem: httpFailure(status, '', null), status }
      }
      const text = await response.text()
      const models: unknown = text.length > maxModels ? undefined : JSON.parse(text)
      if (!isValid(Models, models)) return { problem: badReply('GET /models is not a list of models'), status }
      this.#firstModel = models.data[0]?.id ?? ''
      return { problem: undefined, status }
    } catch (error) {
      if (error instanceof SyntaxError) return { problem: badReply('GET /models is not JSON', error) }
      return { problem: serverDown(`nothing answers at ${this.#base}`, error) }
    }
  }

  #tell(): void {
    const now = JSON.stringify([this.health(), this.load()])
    if (now === this.#told) return
    this.#told = now
    for (const listener of [...this.#listeners]) listener()
  }
}
