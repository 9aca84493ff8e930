/** A gateway that answers by itself, for trying the mesh without OpenClaw. Every answer says so; it has to be asked for. */
import type { SkillDetail } from '../../contract/capabilities.ts'
import { MeshError } from '../../contract/error.ts'
import type { GatewayReport } from '../../contract/node.ts'
import type { Clock } from '../platform/clock.ts'
import type { GatewayAdapter, GatewayAttempt, GatewayEvent, GatewayLoad, Settled } from './adapter.ts'

const slots = 4
const wordsPerChunk = 3

export interface DemoOptions {
  readonly skills?: readonly SkillDetail[]
  /** Between two pieces of an answer. */
  readonly delayMs?: number
}

export interface DemoDeps extends DemoOptions {
  readonly nodeName: string
  readonly clock: Clock
}

export class DemoGateway implements GatewayAdapter {
  readonly name = 'demo'
  readonly #deps: DemoDeps
  readonly #listeners = new Set<() => void>()
  #running = 0

  constructor(deps: DemoDeps) {
    this.#deps = deps
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  stop(): Promise<void> {
    return Promise.resolve()
  }

  health(): GatewayReport {
    return { adapter: 'demo', state: 'ok', version: 'demo' }
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  load(): GatewayLoad {
    return { running: Math.min(this.#running, slots), queued: Math.max(0, this.#running - slots), slots }
  }

  skills(): Promise<SkillDetail[]> {
    return Promise.resolve([...(this.#deps.skills ?? [])])
  }

  async *send(attempt: GatewayAttempt, signal: AbortSignal): AsyncGenerator<GatewayEvent> {
    this.#count(1)
    let text = ''
    try {
      yield { type: 'started' }
      for (const piece of inPieces(demoAnswer(this.#deps.nodeName, attempt))) {
        await this.#pause(signal)
        if (signal.aborted) break
        yield { type: 'delta', offset: text.length, text: piece }
        text += piece
      }
      yield { type: signal.aborted ? 'cancelled' : 'done', text }
    } finally {
      this.#count(-1)
    }
  }

  settle(): Promise<Settled> {
    const error = new MeshError('message_interrupted', 'The demo gateway ended with the program and keeps no record.', {
      hint: 'Run the message again or let it fail.',
    })
    return Promise.resolve({ state: 'interrupted', error: error.toBody() })
  }

  #count(by: number): void {
    this.#running += by
    for (const listener of [...this.#listeners]) listener()
  }

  async #pause(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const stop = (): void => resolve(undefined)
    const cancel = this.#deps.clock.after(this.#deps.delayMs ?? 40, stop)
    signal.addEventListener('abort', stop)
    await promise
    cancel()
    signal.removeEventListener('abort', stop)
  }
}

export function demoAnswer(
  nodeName: string,
  { content, context }: Pick<GatewayAttempt, 'content' | 'context'>,
): string {
  const asked = content.length > 200 ? `${content.slice(0, 200)}…` : content
  const earlier = context.length === 0 ? '' : ` I was handed ${context.length} earlier turns of this conversation.`
  return `[demo ${nodeName}] ${nodeName} would now work on “${asked}”.${earlier} Demo: no model was asked and nothing was run.`
}

function inPieces(text: string): string[] {
  const words = text.match(/\s*\S+/g) ?? [text]
  const pieces: string[] = []
  for (let i = 0; i < words.length; i += wordsPerChunk) pieces.push(words.slice(i, i + wordsPerChunk).join(''))
  return pieces
}
