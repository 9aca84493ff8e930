/**
 * The node agent: makes this machine's gateway a node of a mesh. It owns the parts and their order of starting and
 * stopping; each part knows its own business. It takes over the adapter and the journal it is given, and ends them.
 */
import type { Capabilities } from '../../contract/capabilities.ts'
import { check } from '../../contract/check.ts'
import type { ErrorBody } from '../../contract/error.ts'
import { linkProtocol } from '../../contract/limits.ts'
import type { Hello } from '../../contract/link.ts'
import { type Load, NodeName } from '../../contract/node.ts'
import type { GatewayAdapter } from '../gateway/adapter.ts'
import type { Clock } from '../platform/clock.ts'
import { newId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import { CapabilityWatch } from './capability-watch.ts'
import { coordinatorBase } from './coordinator-url.ts'
import { Credentials } from './credentials.ts'
import { Heartbeat } from './heartbeat.ts'
import type { IdentityStore } from './identity.ts'
import type { Journal } from './journal.ts'
import { type Connect, connectWebSocket, type Link } from './link.ts'
import { type ClientState, LinkClient } from './link-client.ts'
import type { MachineLoad } from './machine-load.ts'
import type { MachineProbe } from './machine-probe.ts'
import { refusal } from './refusal.ts'
import { Runner } from './runner.ts'

export interface NodeAgentDeps {
  readonly coordinatorUrl: string
  /** Needed the first time, and when the coordinator has forgotten this node. */
  readonly joinToken?: string | undefined
  readonly name: string
  readonly tags: readonly string[]
  readonly version: string
  readonly adapter: GatewayAdapter
  readonly journal: Journal
  readonly identity: IdentityStore
  readonly proposedId: () => Promise<string>
  /** Given the id of an earlier call on this machine. */
  readonly hostBootId: (kept: string | undefined) => Promise<string>
  readonly probe: MachineProbe
  readonly machineLoad: () => MachineLoad
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  /** Tells one start of the agent from another; random unless a run must be repeatable. */
  readonly instance?: string | undefined
  readonly connect?: Connect
}

export interface AgentState {
  readonly status: 'connecting' | 'linked' | 'rejected' | 'stopped'
  readonly coordinator_url: string
  /** As granted; undefined and the wished one before the first registration. */
  readonly node_id: string | undefined
  readonly name: string
  /** Why it is not linked. */
  readonly problem?: ErrorBody
  readonly retry_in_ms?: number
}

export type StopReason = 'shutdown' | 'leave' | 'restart'

export class NodeAgent {
  readonly #deps: NodeAgentDeps
  readonly #instance: string
  readonly #listeners = new Set<(state: AgentState) => void>()
  readonly #runner: Runner
  readonly #heartbeat: Heartbeat
  readonly #capabilities: CapabilityWatch
  #client: LinkClient | undefined
  #link: Link | undefined
  #hostBootId = ''
  /** Capabilities as the last `hello` gave them. */
  #told: Capabilities | undefined
  #paused = false
  #gatewayState: string | undefined
  #started: Promise<void> | undefined
  #stopped: Promise<void> | undefined
  #offChange: () => void = () => undefined
  #state: AgentState

  constructor(deps: NodeAgentDeps) {
    this.#deps = deps
    this.#instance = deps.instance ?? newId('agent')
    const { clock, log, adapter, journal } = deps
    this.#state = { status: 'connecting', coordinator_url: deps.coordinatorUrl, node_id: undefined, name: deps.name }
    this.#runner = new Runner({
      adapter,
      journal,
      log,
      refusal: (full) =>
        refusal({ paused: this.#paused, full, journal: journal.trouble()?.toBody(), gateway: adapter.health() }),
    })
    this.#heartbeat = new Heartbeat({ clock, beat: () => this.#beat() })
    this.#capabilities = new CapabilityWatch({
      clock,
      log,
      tags: deps.tags,
      probe: deps.probe,
      skills: () => adapter.skills(),
      changed: (capabilities) => this.#link?.send({ type: 'capabilities', capabilities }),
    })
  }

  /**
   * Resolves when everything on this machine is up; the link may come later, `state` tells. Throws `invalid_input` for a
   * bad name or URL.
   */
  start(): Promise<void> {
    return (this.#started ??= this.#start())
  }

  /** Turns that run go on in the gateway and are taken up at the next start. Leaves no timer and no handle. */
  stop(reason: StopReason = 'shutdown'): Promise<void> {
    return (this.#stopped ??= this.#stop(reason))
  }

  get state(): AgentState {
    return this.#state
  }

  /** Tells of every change from now on; returns its unsubscribe. */
  onState(listener: (state: AgentState) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  get paused(): boolean {
    return this.#paused
  }

  /** No new messages until `resume`, over restarts too; what runs goes on. */
  pause(): void {
    this.#setPaused(true)
  }

  resume(): void {
    this.#setPaused(false)
  }

  async #start(): Promise<void> {
    const { adapter, journal, clock, log, random } = this.#deps
    check(NodeName, this.#deps.name, { what: 'node name' })
    const base = coordinatorBase(this.#deps.coordinatorUrl)
    const credentials = new Credentials({
      ...this.#deps,
      base,
      store: this.#deps.identity,
      capabilities: () => this.#capabilities.current,
    })
    await credentials.start()
    const follow = (state: ClientState): void => this.#setState({ ...this.#mesh(base, credentials), ...state })
    follow({ status: 'connecting' })
    this.#paused = journal.get('paused') === 'true'
    this.#hostBootId = await this.#deps.hostBootId(journal.get('host_boot_id'))
    journal.set('host_boot_id', this.#hostBootId)
    this.#deps.machineLoad()
    await adapter.start()
    await this.#capabilities.start()
    if (this.#stopped) return
    this.#gatewayState = adapter.health().state
    this.#offChange = adapter.onChange(() => this.#gatewayChanged())
    this.#runner.start()
    this.#client = new LinkClient({
      base,
      credentials,
      hello: ({ node_id }) => this.#hello(node_id, credentials.nameToAsk),
      handlers: {
        welcome: (link) => this.#linked(link),
        frame: (_link, frame) => this.#runner.take(frame),
        relieved: () => this.#runner.relieved(),
        unlinked: () => this.#unlinked(),
      },
      state: follow,
      connect: this.#deps.connect ?? connectWebSocket,
      clock,
      log,
      random,
    })
    this.#client.start()
  }

  async #stop(reason: StopReason): Promise<void> {
    // What is half up cannot be taken down; how it failed is told to whoever started it.
    await this.#started?.catch(() => undefined)
    this.#link?.send({ type: 'bye', reason })
    this.#offChange()
    this.#heartbeat.stop()
    this.#capabilities.stop()
    await this.#runner.stop()
    await this.#client?.stop()
    this.#link = undefined
    try {
      await this.#deps.adapter.stop()
    } finally {
      this.#deps.journal.close()
    }
    const { coordinator_url, node_id, name } = this.#state
    this.#setState({ status: 'stopped', coordinator_url, node_id, name })
  }

  #hello(node_id: string, name: string): Hello {
    const { adapter, journal, version } = this.#deps
    this.#told = this.#capabilities.current
    return {
      type: 'hello',
      protocol: linkProtocol,
      node_id,
      name,
      instance: this.#instance,
      host_boot_id: this.#hostBootId,
      journal_id: journal.journalId,
      version,
      capabilities: this.#told,
      gateway: adapter.health(),
      load: this.#load(),
      ...this.#runner.standing(),
    }
  }

  #linked(link: Link): void {
    this.#link = link
    this.#runner.linked(link)
    this.#heartbeat.start()
    // What changed while hello was on its way.
    this.#heartbeat.soon()
    const capabilities = this.#capabilities.current
    if (capabilities !== this.#told) link.send({ type: 'capabilities', capabilities })
  }

  #unlinked(): void {
    this.#link = undefined
    this.#heartbeat.stop()
    this.#runner.unlinked()
  }

  #beat(): void {
    this.#runner.writeDown()
    this.#link?.send({ type: 'heartbeat', load: this.#load(), gateway: this.#deps.adapter.health() })
  }

  #load(): Load {
    const { running, queued, slots } = this.#deps.adapter.load()
    return { ...this.#deps.machineLoad(), running, queued, slots, paused: this.#paused }
  }

  #gatewayChanged(): void {
    this.#heartbeat.soon()
    const { state } = this.#deps.adapter.health()
    if (state === this.#gatewayState) return
    this.#gatewayState = state
    // A gateway that is back may have come back with other skills.
    this.#capabilities.refresh()
  }

  #setPaused(paused: boolean): void {
    this.#deps.journal.set('paused', String(paused))
    this.#paused = paused
    this.#heartbeat.soon()
  }

  #mesh(base: string, { identity }: Credentials): Pick<AgentState, 'coordinator_url' | 'node_id' | 'name'> {
    return { coordinator_url: base, node_id: identity?.node_id, name: identity?.name ?? this.#deps.name }
  }

  #setState(state: AgentState): void {
    this.#state = state
    for (const listener of this.#listeners) listener(state)
  }
}
