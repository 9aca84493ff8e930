/** The agent's side of a model gateway: what is said travels, and is lost with the process on either end. */
import type { SkillDetail } from '../../contract/capabilities.ts'
import type { ErrorBody } from '../../contract/error.ts'
import type { GatewayReport } from '../../contract/node.ts'
import type { GatewayAdapter, GatewayAttempt, GatewayEvent, GatewayLoad, Settled } from '../../core/gateway/adapter.ts'
import { EventQueue } from '../../core/gateway/event-queue.ts'
import { sleep } from '../../core/agent/wait.ts'
import type { GatewayWord, ModelGateway } from './model-gateway.ts'
import type { Random } from './random.ts'
import type { SimProcess, VirtualTime } from './virtual-time.ts'

type RunRef = Pick<GatewayAttempt, 'run_id' | 'session'>

export interface ModelAdapterDeps {
  readonly gateway: ModelGateway
  readonly process: SimProcess
  readonly time: VirtualTime
  readonly random: Random
}

const lookMs = 500
/** A turn of which two looks so far apart find no trace never began. */
const absentMs = 5_000
const noticedWithinMs = 1_000
/** What was sent to a gateway that is there is read, even if the sender dies, more often than not. */
const diesWithSender = 0.4

export class ModelAdapter implements GatewayAdapter {
  readonly name = 'openclaw-rpc'
  readonly #deps: ModelAdapterDeps

  constructor(deps: ModelAdapterDeps) {
    this.#deps = deps
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  stop(): Promise<void> {
    return Promise.resolve()
  }

  health(): GatewayReport {
    return { adapter: this.name, state: this.#deps.gateway.up ? 'ok' : 'down' }
  }

  onChange(listener: () => void): () => void {
    const { gateway, process, random } = this.#deps
    return gateway.onChange(() => process.clock.after(random.int(0, noticedWithinMs), listener))
  }

  load(): GatewayLoad {
    const { gateway } = this.#deps
    return { running: gateway.running.length, queued: 0, slots: gateway.slots }
  }

  skills(): Promise<SkillDetail[]> {
    return Promise.resolve([])
  }

  async *send(attempt: GatewayAttempt, signal: AbortSignal): AsyncGenerator<GatewayEvent> {
    const { gateway, process, time, random } = this.#deps
    if (signal.aborted) {
      yield { type: 'cancelled', text: '' }
      return
    }
    if (!gateway.up) {
      yield { type: 'failed', error: gatewayDown, began: false, effects: 'none', text: '' }
      return
    }
    const heard = new HeardTurn()
    const connection = gateway.starts
    const there = inOrder(time, random)
    const back = inOrder(time, random)
    const tell = (word: GatewayWord): void => back(() => process.clock.after(0, () => heard.word(word)))
    const lostWithUs = random.chance(diesWithSender)
    there(() => {
      if (!process.alive && lostWithUs) return
      if (gateway.starts !== connection || !gateway.take(attempt, tell)) tell({ type: 'gone' })
    })
    const stop = (): void => there(() => gateway.stop(attempt.run_id))
    const cancelTimer = process.clock.after(attempt.timeout_s * 1_000, () => {
      heard.timedOut = true
      stop()
    })
    signal.addEventListener('abort', stop)
    try {
      yield { type: 'started' }
      yield* heard.events()
    } finally {
      cancelTimer()
      signal.removeEventListener('abort', stop)
    }
  }

  async settle({ run_id }: RunRef, signal: AbortSignal): Promise<Settled> {
    const { gateway, process } = this.#deps
    let absentSince: number | undefined
    for (;;) {
      await sleep(process.clock, lookMs, signal)
      if (signal.aborted) return { state: 'interrupted', error: lostTurn }
      const turn = gateway.turns.get(run_id)
      if (!gateway.up) absentSince = undefined
      else if (turn) {
        const settled = settledAs(turn.state, turn.answer)
        if (settled) return settled
      } else {
        absentSince ??= this.#deps.time.now
        if (this.#deps.time.now - absentSince >= absentMs) return { state: 'never_began' }
      }
    }
  }

  cancel({ run_id }: RunRef): void {
    const { gateway, time, random } = this.#deps
    time.after(random.int(1, 30), () => gateway.stop(run_id))
  }
}

/** What an agent makes of a gateway's words. */
class HeardTurn {
  readonly #queue = new EventQueue()
  #text = ''
  #garbled = false
  timedOut = false

  word(word: GatewayWord): void {
    const text = this.#text
    switch (word.type) {
      case 'text':
        this.#queue.push({ type: 'delta', offset: text.length, text: word.text })
        this.#text += word.text
        break
      case 'tool':
        this.#queue.push({ type: 'tool', name: 'bash', phase: 'start' })
        break
      case 'answer':
        this.#queue.push({ type: 'done', text: word.text })
        break
      case 'failed':
        this.#queue.push({
          type: 'failed',
          error: { code: 'provider_failing', message: 'The model provider does not answer.' },
          began: true,
          effects: word.effects ? 'possible' : 'none',
          text,
        })
        break
      case 'stopped':
        this.#queue.push(
          this.timedOut
            ? { type: 'failed', error: timedOut, began: true, effects: 'possible', text }
            : { type: 'cancelled', text },
        )
        break
      case 'garbage':
        this.#garbled = true
        this.#queue.push({ type: 'lost', error: lostTurn, text })
        break
      case 'gone':
        this.#queue.push({ type: 'lost', error: lostTurn, text })
        break
    }
  }

  async *events(): AsyncGenerator<GatewayEvent> {
    for await (const event of this.#queue) {
      // An adapter that breaks its word: the stream ends, and nobody said how.
      if (event.type === 'lost' && this.#garbled) return
      yield event
    }
  }
}

/** Calls back in the order it was asked, each after some time. */
function inOrder(time: VirtualTime, random: Random): (act: () => void) => void {
  let last = 0
  return (act) => {
    last = Math.max(last, time.now + random.int(1, 30))
    time.after(last - time.now, act)
  }
}

function settledAs(state: string, text: string): Settled | undefined {
  switch (state) {
    case 'running':
      return undefined
    case 'answered':
      return { state: 'succeeded', text }
    case 'failed':
      return { state: 'failed', error: lostTurn, began: true, effects: 'possible' }
    case 'stopped':
      return { state: 'cancelled' }
    default:
      return { state: 'interrupted', error: lostTurn }
  }
}

const gatewayDown: ErrorBody = { code: 'gateway_down', message: 'The gateway does not answer.' }
const lostTurn: ErrorBody = { code: 'message_interrupted', message: 'The gateway stopped in the middle of the turn.' }
const timedOut: ErrorBody = { code: 'timeout', message: 'The turn took too long.' }
