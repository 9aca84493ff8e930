/** The simulated coordinator: the real services over a model disk, killed and started again at will. */
import type { WebSocket } from 'ws'
import { MeshError } from '../../contract/error.ts'
import { buildServices, type RunningServices } from '../../core/coordinator/build-services.ts'
import type { CoordinatorServices, TokenKeeper } from '../../core/coordinator/services.ts'
import { neverBack } from '../../core/platform/clock.ts'
import { capabilities } from '../builders.ts'
import { ModelDisk } from './model-disk.ts'
import { type CommitFate, ModelStore } from './model-store.ts'
import { SimProcess } from './virtual-time.ts'
import type { SimSocket } from './wire.ts'
import type { World } from './world.ts'

/** Tokens are no part of what is simulated. */
const tokens: TokenKeeper = {
  verify: () => undefined,
  issue: async ({ node_id }) => `token of ${node_id ?? 'nobody'}`,
  revokeNode: async () => undefined,
}

export class SimCoordinator {
  readonly disk = new ModelDisk()
  diskFull = false
  /** How long a commit takes. */
  commitMs: readonly [number, number] = [0.1, 1]
  skewMs = 0
  /** The process dies at the commit after so many others; 0: it does not. */
  dieAtCommit = 0
  dieAfterwards = false
  readonly #world: World
  readonly #interruptedAfterMs: number
  #process: SimProcess
  #store: ModelStore | undefined
  #running: RunningServices | undefined
  #sockets = new Set<SimSocket>()

  constructor(world: World, interruptedAfterMs: number) {
    this.#world = world
    this.#interruptedAfterMs = interruptedAfterMs
    this.#process = new SimProcess(world.time, () => this.skewMs)
    this.#process.kill()
  }

  get process(): SimProcess {
    return this.#process
  }

  /** Undefined while it is down or starting. */
  get services(): CoordinatorServices | undefined {
    return this.#process.alive ? this.#running?.services : undefined
  }

  get alive(): boolean {
    return this.#process.alive
  }

  async start(): Promise<void> {
    if (this.#process.alive) return
    const { time, trace, witness, mutation, random } = this.#world
    const process = new SimProcess(time, () => this.skewMs)
    this.#process = process
    this.#running = undefined
    trace('coordinator', 'starts')
    const clock = neverBack(process.clock)
    const store = new ModelStore({
      disk: this.disk,
      clock,
      soon: (commit) => {
        const [from, to] = this.commitMs
        process.clock.after(from + random.next() * (to - from), commit)
      },
      fate: () => this.#fate(),
      die: () => this.kill(),
      written: (change, before) => witness.written(change, before),
      listenerFailed: (error) => witness.broken('listeners do not throw', String(error)),
      step: mutation?.step,
      answersEarly: (what) => mutation?.storeAnswersEarly === what,
    })
    this.#store = store
    const log = this.#world.log('coordinator')
    const running = await buildServices({
      store,
      tokens,
      clock,
      log,
      version: '0.1.0',
      interruptedAfterMs: this.#interruptedAfterMs,
      randomHex: (digits) => random.hex(digits),
    })
    if (this.#process === process && process.alive) this.#running = running
  }

  async register(nodeIds: readonly string[]): Promise<void> {
    for (const id of nodeIds)
      await this.services?.nodes.register({ name: id, proposed_id: id, capabilities: capabilities(), version: '0.1.0' })
  }

  /** SIGKILL. */
  kill(): void {
    if (!this.#process.alive) return
    this.#world.trace('coordinator', 'killed')
    this.#process.kill()
    this.#store?.kill()
    for (const socket of this.#sockets) socket.abandon(true)
    this.#sockets.clear()
  }

  /** SIGTERM. */
  async stop(): Promise<void> {
    const [process, running, store] = [this.#process, this.#running, this.#store]
    if (!process.alive || !running || !store) return
    this.#world.trace('coordinator', 'stops')
    await running.halt()
    await running.stop()
    await store.close()
    if (this.#process === process) this.kill()
  }

  accepts(process: SimProcess): boolean {
    return this.#process === process && process.alive && this.#running !== undefined
  }

  accept(socket: SimSocket, nodeId: string): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    this.services?.links.acceptLink(socket as unknown as WebSocket, nodeId)
  }

  #fate(): CommitFate {
    if (this.dieAtCommit > 0) {
      this.dieAtCommit -= 1
      if (this.dieAtCommit === 0) return this.dieAfterwards ? 'dies after' : 'dies before'
    }
    return this.diskFull ? 'full' : 'written'
  }
}

export const isTransient = (error: unknown): boolean =>
  error instanceof MeshError && ['store_failed', 'draining', 'queue_full', 'rate_limited'].includes(error.code)
