/**
 * One socket of a node agent: frames in and out, and whether anything is heard. What the frames mean is for others;
 * a link only makes sure that each one is well formed.
 */
import type { WebSocket } from 'ws'
import { MeshError } from '../../contract/error.ts'
import { linkDeadAfterMs, linkPingAfterMs, maxFrameBytes } from '../../contract/limits.ts'
import type { AgentFrame, CoordinatorFrame } from '../../contract/link.ts'
import { readAgentFrame } from '../../contract/read-frame.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'

export interface NodeLinkDeps {
  readonly socket: WebSocket
  readonly nodeId: string
  readonly clock: Clock
  readonly log: Log
  /** Throws `bad_frame` for a frame that does not fit with earlier ones: the link then ends. */
  readonly onFrame: (frame: AgentFrame) => void
  /** Called once, when nothing will come or go any more. */
  readonly onClosed: () => void
}

/** What a node does not read in time is not piled up here. */
const maxUnsentBytes = 4 * maxFrameBytes
/** How long a socket may take over its closing handshake. */
const closeWithinMs = 1_000

export class NodeLink {
  readonly nodeId: string
  readonly #deps: NodeLinkDeps
  /** Pings that wait for their own pong, by what they carry. */
  readonly #probes = new Map<string, (alive: boolean) => void>()
  #probed = 0
  #heardAt = 0
  #pinged = false
  #open = true
  readonly #gone = Promise.withResolvers<undefined>()
  #cancelTimer: () => void = () => undefined

  constructor(deps: NodeLinkDeps) {
    this.nodeId = deps.nodeId
    this.#deps = deps
  }

  /** False once the link has ended, on whichever side. */
  get open(): boolean {
    return this.#open
  }

  /** Resolves when the socket is closed for good. */
  get gone(): Promise<undefined> {
    return this.#gone.promise
  }

  start(): void {
    const { socket, clock } = this.#deps
    this.#heardAt = clock.now()
    socket.on('message', (data, isBinary) => {
      this.#heard()
      // `RawData` is a Buffer unless somebody set another binaryType.
      if (this.#open) this.#read(isBinary ? undefined : (data as Buffer).toString('utf8'))
    })
    socket.on('ping', () => this.#heard())
    socket.on('pong', (data) => {
      this.#heard()
      this.#probes.get(data.toString('utf8'))?.(true)
    })
    socket.on('error', (error) => {
      this.#deps.log.info({ node: this.nodeId, error: error.message }, 'The link of a node failed.')
      this.terminate()
    })
    socket.on('close', () => {
      this.#gone.resolve(undefined)
      this.#ended()
    })
    this.#watch()
  }

  send(frame: CoordinatorFrame): void {
    if (!this.#open) return
    this.#deps.socket.send(JSON.stringify(frame))
    if (this.#deps.socket.bufferedAmount <= maxUnsentBytes) return
    this.#deps.log.warn({ node: this.nodeId }, 'A node reads too slowly; its link is ended.')
    this.terminate()
  }

  /** Says why and closes. */
  reject(error: MeshError, final: boolean): void {
    if (!this.#open) return
    this.send({ type: 'reject', error: error.toBody(), final })
    this.close()
  }

  /** Closes with a handshake, for which the other side has a second. */
  close(): void {
    if (!this.#open) return
    const { socket, clock } = this.#deps
    const cancel = clock.after(closeWithinMs, () => socket.terminate())
    socket.once('close', cancel)
    socket.close(1000)
    this.#ended()
  }

  terminate(): void {
    this.#deps.socket.terminate()
    this.#ended()
  }

  /**
   * Pings; whether that very ping was answered within `ms`. Nothing else proves that the other side lives: what it sent
   * before its end may still be on the way.
   */
  async probe(ms: number): Promise<boolean> {
    if (!this.#open) return false
    this.#probed += 1
    const carried = `probe ${this.#probed}`
    return new Promise((resolve) => {
      const finish = (alive: boolean): void => {
        cancel()
        this.#probes.delete(carried)
        resolve(alive && this.#open)
      }
      const cancel = this.#deps.clock.after(ms, () => finish(false))
      this.#probes.set(carried, finish)
      this.#deps.socket.ping(carried)
    })
  }

  #read(text: string | undefined): void {
    try {
      if (text === undefined) throw new MeshError('bad_frame', 'frame: is binary; frames are JSON text.')
      this.#deps.onFrame(readAgentFrame(text))
    } catch (error) {
      const problem = MeshError.wrap(error)
      // The cause of a bad frame may quote it, and a frame holds people's texts; the cause of our own fault does not.
      const cause = problem.code === 'internal' ? problem.cause : undefined
      const fields = { node: this.nodeId, code: problem.code, problem: problem.message, cause }
      this.#deps.log.warn(fields, 'A node sent a frame that cannot be used; its link is ended.')
      this.reject(problem, false)
    }
  }

  #heard(): void {
    this.#heardAt = this.#deps.clock.now()
    this.#pinged = false
  }

  /** Pings a silent socket, ends a dead one. */
  #watch(): void {
    const { clock, socket } = this.#deps
    const dueAt = this.#heardAt + (this.#pinged ? linkDeadAfterMs : linkPingAfterMs)
    this.#cancelTimer = clock.after(Math.max(0, dueAt - clock.now()), () => {
      const silentMs = clock.now() - this.#heardAt
      if (silentMs >= linkDeadAfterMs) {
        this.#deps.log.info({ node: this.nodeId, silent_ms: silentMs }, 'The link of a node is dead.')
        this.terminate()
        return
      }
      if (silentMs >= linkPingAfterMs && !this.#pinged) {
        this.#pinged = true
        socket.ping()
      }
      this.#watch()
    })
  }

  #ended(): void {
    if (!this.#open) return
    this.#open = false
    this.#cancelTimer()
    for (const finish of [...this.#probes.values()]) finish(false)
    this.#deps.onClosed()
  }
}
