/** The adapter for an OpenClaw gateway over its own WebSocket protocol (version 4). Design §3. */
import type { SkillDetail } from '../../contract/capabilities.ts'
import { MeshError } from '../../contract/error.ts'
import type { GatewayReport } from '../../contract/node.ts'
import type { GatewayAdapter, GatewayAttempt, GatewayEvent, GatewayLoad, Settled } from './adapter.ts'
import { probe } from './gateway-probe.ts'
import { OpenClawTurn, type TurnDeps } from './openclaw-turn.ts'
import { OpenClawWatch } from './openclaw-watch.ts'
import { type RunRef, settleRun } from './openclaw-settle.ts'
import { type ConnectionDeps, RpcConnection } from './rpc-connection.ts'

export interface OpenClawDeps extends ConnectionDeps {
  /** OpenClaw agent that answers. */
  readonly agent: string
}

const maxOwed = 1_000

export class OpenClawRpc implements GatewayAdapter {
  readonly name = 'openclaw-rpc'
  readonly #watch: OpenClawWatch
  readonly #turns: TurnDeps
  readonly #stopping = new AbortController()
  /** Runs that are to be stopped although nobody watches them; kept until the gateway has said what became of them. */
  /** Turns to be stopped that nobody watches, by run id. */
  readonly #owed = new Map<string, { readonly session: string; readonly given: AbortController; done: Promise<void> }>()

  constructor(deps: OpenClawDeps) {
    const connection = new RpcConnection(deps)
    this.#watch = new OpenClawWatch({ connection, clock: deps.clock, probe })
    this.#turns = {
      connection,
      clock: deps.clock,
      sessionKey: (session) => `agent:${deps.agent}:mesh:${session}`,
      isStopOwed: (runId) => this.#owed.has(runId),
      oweStop: (attempt) => this.cancel(attempt),
    }
  }

  start(): Promise<void> {
    return this.#watch.start()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#watch.stop()
    await Promise.all([...this.#owed.values()].map(({ done }) => done))
  }

  health(): GatewayReport {
    return this.#watch.report()
  }

  onChange(listener: () => void): () => void {
    return this.#watch.onChange(listener)
  }

  load(): GatewayLoad {
    return this.#watch.load()
  }

  skills(): Promise<SkillDetail[]> {
    return this.#watch.skills()
  }

  async *send(attempt: GatewayAttempt, signal: AbortSignal): AsyncGenerator<GatewayEvent> {
    this.#moveOn(attempt)
    for await (const event of new OpenClawTurn(attempt, this.#turns).run(signal)) {
      if (event.type === 'started') this.#watch.refresh()
      else if (event.type === 'done') this.#watch.noteOutcome(undefined)
      else if (event.type === 'failed') this.#watch.noteOutcome(MeshError.from(event.error))
      else if (event.type === 'cancelled' || event.type === 'lost') this.#watch.refresh()
      yield event
    }
  }

  settle(attempt: RunRef, signal: AbortSignal): Promise<Settled> {
    return settleRun(attempt, signal, this.#turns)
  }

  cancel(attempt: RunRef): void {
    const { signal } = this.#stopping
    if (this.#owed.has(attempt.run_id) || this.#owed.size >= maxOwed || signal.aborted) return
    const owed = { session: attempt.session, given: new AbortController(), done: Promise.resolve() }
    this.#owed.set(attempt.run_id, owed)
    owed.done = Promise.resolve()
      .then(() => settleRun(attempt, AbortSignal.any([signal, owed.given.signal]), this.#turns))
      .catch(() => undefined)
      .then(() => void this.#owed.delete(attempt.run_id))
  }

  /** A stop is by session, so it must not outlive the turn it was for: the session's next turn would be stopped in its place. */
  #moveOn({ run_id, session }: RunRef): void {
    for (const [owedRun, owed] of this.#owed) {
      if (owed.session !== session || owedRun === run_id) continue
      this.#owed.delete(owedRun)
      owed.given.abort()
    }
  }
}
