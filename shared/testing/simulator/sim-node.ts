/** A simulated machine: its network, its disk, its gateway, and the real node agent on top of them. */
import { coordinatorBase } from '../../core/agent/coordinator-url.ts'
import type { Connect } from '../../core/agent/link.ts'
import { NodeAgent } from '../../core/agent/node-agent.ts'
import type { WebSocket } from 'ws'
import { ModelAdapter } from './model-adapter.ts'
import { ModelGateway } from './model-gateway.ts'
import { JournalDisk, modelJournal } from './model-journal.ts'
import type { SimCoordinator } from './sim-coordinator.ts'
import type { World } from './world.ts'
import { type Net, Wire } from './wire.ts'
import { SimProcess } from './virtual-time.ts'

export const theUrl = 'http://localhost:9180'

export class SimNode {
  readonly id: string
  readonly journal: JournalDisk
  readonly gateway: ModelGateway
  readonly net: Net = {
    up: { minMs: 0.2, maxMs: 2, state: 'open' },
    down: { minMs: 0.2, maxMs: 2, state: 'open' },
    cut: false,
    repeats: 0,
    overtaken: 0,
  }
  #diskFull = false
  #diskWasFull = false
  skewMs = 0
  readonly #world: World
  readonly #coordinator: SimCoordinator
  #process: SimProcess | undefined
  #agent: NodeAgent | undefined
  #hostRuns = true
  #boots = 1
  #wires = new Set<Wire>()

  constructor(world: World, coordinator: SimCoordinator, id: string, slots: number) {
    const { time, random, witness } = world
    this.#world = world
    this.#coordinator = coordinator
    this.id = id
    this.journal = new JournalDisk(`journal-${id}-1`)
    this.gateway = new ModelGateway({
      nodeId: id,
      time,
      random: random.fork(),
      slots,
      began: (turn) => witness.began(turn),
      ended: (turn) => witness.turnEnded(turn),
    })
  }

  get linked(): boolean {
    return this.#agent?.state.status === 'linked'
  }

  get running(): boolean {
    return this.#process?.alive === true
  }

  get diskFull(): boolean {
    return this.#diskFull
  }

  set diskFull(full: boolean) {
    this.#diskFull = full
    this.#diskWasFull ||= full
  }

  /** What a full disk did not take is looked after at the next start only. */
  get holdsResults(): boolean {
    return !this.#diskWasFull && this.journal.tables.attempts.size > 0
  }

  get hostRuns(): boolean {
    return this.#hostRuns
  }

  startAgent(): void {
    if (this.running || !this.#hostRuns) return
    const { time, random, mutation } = this.#world
    const process = new SimProcess(time, () => this.skewMs)
    const hostBootId = `boot-${this.id}-${this.#boots}`
    const identity = { coordinator_url: coordinatorBase(theUrl), node_id: this.id, name: this.id, asked_name: this.id }
    const agent = new NodeAgent({
      coordinatorUrl: theUrl,
      name: this.id,
      tags: [],
      version: '0.1.0',
      adapter: new ModelAdapter({ gateway: this.gateway, process, time, random: random.fork() }),
      journal: modelJournal({
        disk: this.journal,
        full: () => this.diskFull || !process.alive,
        forgetsBegun: mutation?.agent === 'forgets what it begins',
      }),
      identity: {
        read: async () => ({ ...identity, token: `token of ${this.id}` }),
        write: async () => undefined,
        clear: async () => undefined,
      },
      proposedId: async () => this.id,
      hostBootId: async () => hostBootId,
      probe: async () => ({ os: 'linux', arch: 'amd64', gpu: false, gpus: [], memory_gb: 8, tools: [] }),
      machineLoad: () => ({ cpu: 0.1, memory: 0.2, on_battery: false }),
      clock: process.clock,
      log: this.#world.log(this.id),
      random: () => random.next(),
      instance: `agent-${random.hex(8)}`,
      connect: this.#connectFrom(process),
    })
    this.#process = process
    this.#agent = agent
    this.#world.trace(this.id, 'agent starts')
    // A full disk keeps an agent from starting; it is started again later, as a service manager would.
    agent.start().catch((error: unknown) => {
      this.#world.trace(this.id, `agent cannot start: ${String(error)}`)
      process.kill()
      time.after(2_000, () => this.startAgent())
    })
  }

  /** SIGKILL. */
  killAgent(): void {
    if (!this.running) return
    this.#world.trace(this.id, 'agent killed')
    this.#process?.kill()
    for (const wire of this.#wires) wire.node.abandon(this.#hostRuns)
    this.#wires.clear()
  }

  /** SIGSTOP, and later SIGCONT. */
  freezeAgent(ms: number): void {
    this.#world.trace(this.id, `agent frozen for ${ms} ms`)
    this.#process?.freeze(ms)
  }

  async stopAgent(): Promise<void> {
    const process = this.#process
    if (!process?.alive || !this.#agent) return
    this.#world.trace(this.id, 'agent stops')
    await this.#agent.stop('restart')
    process.kill()
  }

  /** The power goes; everything in memory with it. */
  losePower(): void {
    if (!this.#hostRuns) return
    this.#world.trace(this.id, 'host loses power')
    this.#hostRuns = false
    this.killAgent()
    this.gateway.down()
    this.journal.losePower(this.#world.random)
  }

  boot(): void {
    if (this.#hostRuns) return
    this.#boots += 1
    this.#world.trace(this.id, `host boots, boot ${this.#boots}`)
    this.#hostRuns = true
  }

  loseJournal(): void {
    this.killAgent()
    this.journal.lose(`journal-${this.id}-${this.#world.random.hex(6)}`)
    this.#world.trace(this.id, 'journal is lost')
  }

  /** The network drops what is connected. */
  dropLinks(): void {
    this.#world.trace(this.id, 'links are cut')
    for (const wire of this.#wires) wire.cut()
    this.#wires.clear()
  }

  #connectFrom(process: SimProcess): Connect {
    return () => {
      const { time, random } = this.#world
      const { net } = this
      const server = this.#coordinator.process
      const wire = new Wire(
        {
          time,
          random,
          net,
          saw: (from, text) => this.#world.trace(from === 'node' ? this.id : `→ ${this.id}`, text),
        },
        {
          node: process,
          coordinator: server,
          hostRuns: (side) => (side === 'node' ? this.#hostRuns : true),
        },
      )
      this.#wires.add(wire)
      wire.node.once('close', () => this.#wires.delete(wire))
      const takes = net.up.minMs + net.down.minMs + random.next() * 5
      time.after(takes, () => {
        const reachable = !net.cut && net.up.state === 'open' && net.down.state === 'open'
        // Through a network that swallows everything the dial gets no answer at all.
        if (!reachable && random.chance(0.5)) return
        if (!reachable || !server.alive || !this.#coordinator.accepts(server)) {
          wire.node.refused()
          return
        }
        // A server hands over open sockets only; one that was cut while it was dialled never gets that far.
        if (!wire.coordinator.opened()) return
        this.#coordinator.accept(wire.coordinator, this.id)
        time.after(net.down.minMs, () => void wire.node.opened())
      })
      return wire.node as unknown as WebSocket
    }
  }
}
