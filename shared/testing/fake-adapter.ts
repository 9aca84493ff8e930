/** A gateway whose every event a test emits by hand. */
import type { SkillDetail } from '../contract/capabilities.ts'
import type { GatewayReport, GatewayState } from '../contract/node.ts'
import type { GatewayAdapter, GatewayAttempt, GatewayEvent, GatewayLoad, Settled } from '../core/gateway/adapter.ts'
import { Arrivals } from './arrivals.ts'

/** A turn that the agent began; it ends when the test emits a last event. */
export class FakeTurn {
  readonly attempt: GatewayAttempt
  readonly signal: AbortSignal
  readonly #events = new Arrivals<GatewayEvent | undefined>()
  /** Resolves when the agent stops the turn. */
  readonly aborted: Promise<void>

  constructor(attempt: GatewayAttempt, signal: AbortSignal) {
    this.attempt = attempt
    this.signal = signal
    this.aborted = new Promise((resolve) => signal.addEventListener('abort', () => resolve()))
  }

  emit(...events: GatewayEvent[]): void {
    for (const event of events) this.#events.push(event)
  }

  /** Ends the stream without a last event, as a broken adapter would. */
  breakOff(): void {
    this.#events.push(undefined)
  }

  async *events(): AsyncGenerator<GatewayEvent> {
    for (;;) {
      const event = await this.#events.next()
      if (!event) return
      yield event
    }
  }
}

export interface FakeSettling {
  readonly attempt: Pick<GatewayAttempt, 'run_id' | 'session'>
  readonly signal: AbortSignal
  readonly answer: (settled: Settled) => void
  readonly fail: (error: Error) => void
}

export class FakeAdapter implements GatewayAdapter {
  readonly name = 'demo'
  readonly turns = new Arrivals<FakeTurn>()
  readonly settlings = new Arrivals<FakeSettling>()
  running = false
  /** Runs that reached the gateway, in order. */
  readonly begun: string[] = []
  /** Runs that were to be stopped while nobody watched them. */
  readonly stopped: string[] = []
  currentLoad: GatewayLoad = { running: 0, queued: 0, slots: 4 }
  currentSkills: SkillDetail[] | Error = []
  #report: GatewayReport = { adapter: 'demo', state: 'ok' }
  readonly #listeners = new Set<() => void>()

  async start(): Promise<void> {
    this.running = true
  }
  async stop(): Promise<void> {
    this.running = false
  }
  health(): GatewayReport {
    return this.#report
  }
  load(): GatewayLoad {
    return this.currentLoad
  }
  async skills(): Promise<SkillDetail[]> {
    if (this.currentSkills instanceof Error) throw this.currentSkills
    return this.currentSkills
  }
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
  get listeners(): number {
    return this.#listeners.size
  }

  become(state: GatewayState, more: Partial<GatewayReport> = {}): void {
    this.#report = { adapter: 'demo', state, ...more }
    this.changed()
  }
  changed(): void {
    for (const listener of this.#listeners) listener()
  }

  send(attempt: GatewayAttempt, signal: AbortSignal): AsyncIterable<GatewayEvent> {
    const turn = new FakeTurn(attempt, signal)
    this.begun.push(attempt.run_id)
    this.turns.push(turn)
    return turn.events()
  }
  cancel(attempt: Pick<GatewayAttempt, 'run_id' | 'session'>): void {
    this.stopped.push(attempt.run_id)
  }
  settle(attempt: Pick<GatewayAttempt, 'run_id' | 'session'>, signal: AbortSignal): Promise<Settled> {
    return new Promise((answer, fail) => this.settlings.push({ attempt, signal, answer, fail }))
  }
}
