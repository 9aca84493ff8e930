/** A node agent over a fake gateway and real sockets, with its files in a folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type Identity, type IdentityStore, openIdentity } from '../core/agent/identity.ts'
import { openJournal } from '../core/agent/journal.ts'
import { type AgentState, NodeAgent, type NodeAgentDeps } from '../core/agent/node-agent.ts'
import { type Clock, systemClock } from '../core/platform/clock.ts'
import { silentLog } from '../core/platform/log.ts'
import { FakeAdapter } from './fake-adapter.ts'
import { FakeCoordinator } from './fake-coordinator.ts'

export class AgentRig {
  readonly coordinator: FakeCoordinator
  readonly dir: string
  adapter = new FakeAdapter()
  readonly #agents: NodeAgent[] = []

  private constructor(coordinator: FakeCoordinator, dir: string) {
    this.coordinator = coordinator
    this.dir = dir
  }

  static async start(): Promise<AgentRig> {
    return new AgentRig(await FakeCoordinator.start(), await mkdtemp(path.join(os.tmpdir(), 'agent-')))
  }

  get identity(): IdentityStore {
    return openIdentity({ dir: this.dir, clock: systemClock, log: silentLog })
  }

  /** As if it had registered before. */
  keep(identity: Partial<Identity> = {}): Promise<void> {
    return this.identity.write({
      coordinator_url: this.coordinator.url,
      node_id: 'node-1',
      name: 'mac',
      asked_name: 'mac',
      token: 'token-0',
      ...identity,
    })
  }

  /** Not started; stopped by `stop()` of the rig at the latest. One at a time, as the journal wants it. */
  async agent(deps: Partial<NodeAgentDeps> & { readonly clock?: Clock } = {}): Promise<NodeAgent> {
    const clock = deps.clock ?? systemClock
    const agent = new NodeAgent({
      coordinatorUrl: this.coordinator.url,
      joinToken: 'join-token',
      name: 'mac',
      tags: [],
      version: '0.1.0',
      adapter: this.adapter,
      journal: await openJournal({ dir: this.dir, clock, log: silentLog }),
      identity: this.identity,
      proposedId: async () => 'node-1',
      hostBootId: async () => 'boot-1',
      probe: async () => ({ os: 'linux', arch: 'amd64', gpu: false, gpus: [], memory_gb: 8, tools: ['git'] }),
      machineLoad: () => ({ cpu: 0.1, memory: 0.2, on_battery: false }),
      clock,
      log: silentLog,
      // No jitter is the shortest one: redials at once.
      random: () => 0,
      ...deps,
    })
    this.#agents.push(agent)
    return agent
  }

  async stop(): Promise<void> {
    for (const agent of this.#agents) await agent.stop()
    await this.coordinator.stop()
    await rm(this.dir, { recursive: true, force: true })
  }
}

/** The agent's state once it fits. */
export function agentState(agent: NodeAgent, fits: (state: AgentState) => boolean): Promise<AgentState> {
  if (fits(agent.state)) return Promise.resolve(agent.state)
  return new Promise((resolve) => {
    const off = agent.onState((state) => {
      if (!fits(state)) return
      off()
      resolve(state)
    })
  })
}
