/** Watches the gateway between turns: readiness, load and skills, polled; and what the last turns said of its provider. */
import type { SkillDetail } from '../../contract/capabilities.ts'
import { MeshError } from '../../contract/error.ts'
import type { GatewayReport } from '../../contract/node.ts'
import type { Clock } from '../platform/clock.ts'
import type { GatewayLoad } from './adapter.ts'
import type { GatewayTarget } from './find-openclaw.ts'
import type { Readiness } from './gateway-probe.ts'
import { ProviderTrouble } from './provider-trouble.ts'
import { loadOf, reportOf, skillsOf } from './openclaw-report.ts'
import type { RpcConnection } from './rpc-connection.ts'
import { LanesReply, SkillsReply } from './rpc-frames.ts'

const pollEveryMs = 2_000
const skillsEveryMs = 60_000
const callMs = 5_000

export interface WatchDeps {
  readonly connection: RpcConnection
  readonly clock: Clock
  readonly probe: (target: GatewayTarget, timeoutMs: number) => Promise<Readiness>
}

export class OpenClawWatch {
  readonly #deps: WatchDeps
  readonly #listeners = new Set<() => void>()
  readonly #unsubscribe: (() => void)[] = []
  #readiness: Readiness = 'unreachable'
  #load: GatewayLoad = { running: 0, queued: 0, slots: 0 }
  #skills: { readonly list: SkillDetail[]; readonly at: number } | undefined
  readonly #trouble: ProviderTrouble
  #cancelPoll: () => void = () => undefined
  #polling: Promise<void> | undefined
  #stopped = false
  #told = ''

  constructor(deps: WatchDeps) {
    this.#deps = deps
    this.#trouble = new ProviderTrouble(deps.clock)
  }

  async start(): Promise<void> {
    const { connection } = this.#deps
    this.#unsubscribe.push(
      connection.onState(({ up }) => {
        if (!up) this.#readiness = 'unreachable'
        this.#tell()
        this.refresh()
      }),
      connection.onEvent(({ event }) => {
        if (event === 'shutdown') this.#readiness = 'draining'
        if (event === 'skills.changed' && this.#skills) this.#skills = { ...this.#skills, at: -Infinity }
        this.#tell()
      }),
    )
    await connection.start()
    await this.#poll()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancelPoll()
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe()
    await this.#deps.connection.stop()
    await this.#polling
  }

  report(): GatewayReport {
    const { state: link } = this.#deps.connection
    return reportOf({ link, readiness: this.#readiness, trouble: this.#trouble.current() })
  }

  load(): GatewayLoad {
    return this.#deps.connection.state.up ? this.#load : { ...this.#load, running: 0, queued: 0 }
  }

  async skills(): Promise<SkillDetail[]> {
    if (!this.#skills || this.#deps.clock.now() - this.#skills.at >= skillsEveryMs) await this.#readSkills()
    return this.#skills?.list ?? []
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** A turn began, ended or met trouble: look again now. */
  refresh(): void {
    this.#cancelPoll()
    void this.#poll()
  }

  /** How a turn ended; `undefined` is success. */
  noteOutcome(error: MeshError | undefined): void {
    this.#trouble.note(error)
    this.#tell()
    this.refresh()
  }

  #poll(): Promise<void> {
    this.#polling ??= this.#look().finally(() => {
      this.#polling = undefined
      this.#tell()
      if (!this.#stopped) this.#cancelPoll = this.#deps.clock.after(pollEveryMs, () => void this.#poll())
    })
    return this.#polling
  }

  async #look(): Promise<void> {
    const { connection, probe } = this.#deps
    const [probed, isRefusing] = await Promise.all([
      connection.target ? probe(connection.target, pollEveryMs) : ('unreachable' as const),
      this.#readLoad(),
    ])
    if (isRefusing) this.#readiness = 'draining'
    // A busy gateway may be slow to answer a probe; while the connection lives, that is not its death.
    else if (probed !== 'unreachable' || !connection.state.up) this.#readiness = probed
  }

  /** Whether the gateway turned the question down because it drains. */
  async #readLoad(): Promise<boolean> {
    if (!this.#deps.connection.state.up) return false
    try {
      const reply = await this.#deps.connection.request('diagnostics.lanes', {}, LanesReply, callMs)
      this.#load = loadOf(reply) ?? this.#load
      return false
    } catch (error) {
      return error instanceof MeshError && error.code === 'gateway_draining' && this.#deps.connection.state.up
    }
  }

  async #readSkills(): Promise<void> {
    try {
      const reply = await this.#deps.connection.request('skills.status', {}, SkillsReply, 2 * callMs)
      this.#skills = { list: skillsOf(reply), at: this.#deps.clock.now() }
    } catch {
      // Kept as last known; the next call asks again.
    }
  }

  #tell(): void {
    const now = JSON.stringify([this.report(), this.load()])
    if (now === this.#told || this.#stopped) return
    this.#told = now
    for (const listener of [...this.#listeners]) listener()
  }
}
