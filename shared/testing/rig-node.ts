/** One machine of the mesh rig: a real node agent with its folder, over a gateway that is a fake. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type IdentityStore, openIdentity } from '../core/agent/identity.ts'
import { openJournal } from '../core/agent/journal.ts'
import { type AgentState, NodeAgent, type StopReason } from '../core/agent/node-agent.ts'
import { systemClock } from '../core/platform/clock.ts'
import { silentLog } from '../core/platform/log.ts'
import type { GatewayAttempt } from '../core/gateway/adapter.ts'
import { agentState } from './agent-rig.ts'
import { FakeAdapter, type FakeTurn } from './fake-adapter.ts'
import { LinkTap } from './link-tap.ts'
import type { Relay } from './relay.ts'

export interface RigNodeOptions {
  readonly name: string
  readonly coordinatorUrl: string
  readonly joinToken?: string | undefined
  /** By default one that only this folder has. */
  readonly proposedId?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly relay?: Relay | undefined
  readonly hostBootId?: string | undefined
}

export class RigNode {
  /** Lives on when the agent stops, as a gateway does. */
  readonly adapter = new FakeAdapter()
  readonly tap: LinkTap
  readonly dir: string
  readonly #options: RigNodeOptions
  #agent: NodeAgent | undefined
  #answering = 0
  #mostAtOnce = 0

  private constructor(options: RigNodeOptions, dir: string) {
    this.#options = options
    this.dir = dir
    this.tap = new LinkTap(options.relay)
  }

  static async create(options: RigNodeOptions): Promise<RigNode> {
    return new RigNode(options, await mkdtemp(path.join(os.tmpdir(), 'mesh-node-')))
  }

  /** The agent that runs, or ran last. */
  get agent(): NodeAgent {
    if (!this.#agent) throw new Error(`${this.#options.name} was not started`)
    return this.#agent
  }

  get id(): string {
    const { node_id } = this.agent.state
    if (node_id === undefined) throw new Error(`${this.#options.name} has no id yet`)
    return node_id
  }

  get identity(): IdentityStore {
    return openIdentity({ dir: this.dir, clock: systemClock, log: silentLog })
  }

  /** Turns that `answerAll` had at the same time, at most. */
  get mostAtOnce(): number {
    return this.#mostAtOnce
  }

  /** A new agent on the same folder; the one before has to be stopped. */
  async start(): Promise<void> {
    const { name, tags, coordinatorUrl, joinToken, proposedId, hostBootId = 'boot-1' } = this.#options
    this.#agent = new NodeAgent({
      coordinatorUrl,
      joinToken,
      name,
      tags: tags ?? [],
      version: '0.1.0',
      adapter: this.adapter,
      journal: await openJournal({ dir: this.dir, clock: systemClock, log: silentLog }),
      identity: this.identity,
      proposedId: async () => proposedId ?? `node-${path.basename(this.dir).slice(-6)}`,
      hostBootId: async () => hostBootId,
      probe: async () => ({ os: 'linux', arch: 'amd64', gpu: false, gpus: [], memory_gb: 8, tools: ['git'] }),
      machineLoad: () => ({ cpu: 0.1, memory: 0.2, on_battery: false }),
      clock: systemClock,
      log: silentLog,
      // Redials after 20 to 100 ms: soon, but not in a loop that keeps the machine busy.
      random: () => 0.1,
      connect: this.tap.connect,
    })
    await this.#agent.start()
  }

  async linked(): Promise<void> {
    await this.state((state) => state.status === 'linked')
  }

  state(fits: (state: AgentState) => boolean): Promise<AgentState> {
    return agentState(this.agent, fits)
  }

  async stop(reason: StopReason = 'shutdown'): Promise<void> {
    await this.#agent?.stop(reason)
  }

  async remove(): Promise<void> {
    await this.stop()
    await rm(this.dir, { recursive: true, force: true })
  }

  /** From now on every turn is answered; `before` may hold one up. */
  answerAll(
    text: (attempt: GatewayAttempt) => string = ({ content }) => `${this.#options.name}: ${content}`,
    before: () => Promise<unknown> = () => Promise.resolve(),
  ): void {
    void this.adapter.turns.next().then((turn) => {
      this.answerAll(text, before)
      this.#answering += 1
      this.#mostAtOnce = Math.max(this.#mostAtOnce, this.#answering)
      void before().then(() => {
        this.#answering -= 1
        turn.emit({ type: 'done', text: text(turn.attempt) })
      })
    })
  }
}

/** Id of the message that a turn answers. */
export const messageOf = ({ attempt }: Pick<FakeTurn, 'attempt'>): string => attempt.run_id.replace(/\.\d+$/, '')
