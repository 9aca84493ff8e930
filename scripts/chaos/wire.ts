/** A cable between two addresses that can be cut, slowed down, and, where WebSocket frames go over it, put out of order. */
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { SeededRandom } from './random.ts'
import { WebSocketPieces } from './websocket-pieces.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

export interface Disturbance {
  /** Bytes stay under way up to so long; they keep their order. */
  readonly delay_ms: number
  /** How many of a hundred frames let the next one of their direction go first. */
  readonly swapped_percent: number
}

export const undisturbed: Disturbance = { delay_ms: 0, swapped_percent: 0 }

/** A frame that waits for one to let go first does not wait longer. */
const swapWithinMs = 200

export class Wire {
  readonly #server: Server
  readonly #from: Address
  readonly #target: Address
  readonly #random: SeededRandom
  readonly #sockets = new Set<Socket>()
  #disturbance = undisturbed

  private constructor(server: Server, from: Address, target: Address, seed: number | string) {
    this.#server = server
    this.#from = from
    this.#target = target
    this.#random = new SeededRandom(seed)
    server.on('connection', (near) => this.#join(near))
  }

  static async start(from: Address, to: Address, seed: number | string): Promise<Wire> {
    const wire = new Wire(createServer(), from, to, seed)
    await wire.mend()
    return wire
  }

  /** Every connection breaks, and none is made until `mend`: whoever tries is refused, as where nobody listens. */
  cut(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  async mend(): Promise<void> {
    if (this.#server.listening) return
    this.#server.listen(this.#from.port, this.#from.host)
    await once(this.#server, 'listening')
  }

  /** `mend`, once what it leads to is there: until then nobody would be refused, but be let in and dropped. */
  async mendWhenThere(withinMs: number): Promise<void> {
    const until = performance.now() + withinMs
    while (!(await listens(this.#target)) && performance.now() < until) await wait(20)
    await this.mend()
  }

  disturb(disturbance: Disturbance): void {
    this.#disturbance = disturbance
  }

  #join(near: Socket): void {
    const far = connect(this.#target)
    this.#carry(near, far)
    this.#carry(far, near)
  }

  #carry(from: Socket, to: Socket): void {
    const cutter = new WebSocketPieces()
    let held: { readonly piece: Buffer; readonly timer: NodeJS.Timeout } | undefined
    /** When the last piece comes out, so that none overtakes it. */
    let dueAt = 0
    const afterDelay = (act: () => void): void => {
      const { delay_ms } = this.#disturbance
      const now = performance.now()
      dueAt = Math.max(dueAt, now + delay_ms * this.#random.next())
      if (dueAt - now < 1) act()
      else setTimeout(act, dueAt - now)
    }
    const send = (piece: Buffer): void =>
      afterDelay(() => {
        if (!to.destroyed) to.write(piece)
      })
    const letGo = (): void => {
      if (!held) return
      const { piece, timer } = held
      held = undefined
      clearTimeout(timer)
      send(piece)
    }
    from.on('data', (bytes) => {
      for (const piece of cutter.push(bytes)) {
        const swapped = cutter.inFrames && !held && this.#random.next() * 100 < this.#disturbance.swapped_percent
        // The head of the connection is a piece too, and has to be the first.
        if (swapped && !isHead(piece)) held = { piece, timer: setTimeout(letGo, swapWithinMs) }
        else {
          send(piece)
          letGo()
        }
      }
    })
    this.#sockets.add(from)
    from.setNoDelay(true)
    from.on('error', () => from.destroy())
    from.on('end', () => {
      letGo()
      afterDelay(() => to.end())
    })
    from.on('close', () => {
      this.#sockets.delete(from)
      if (held) clearTimeout(held.timer)
      afterDelay(() => to.destroy())
    })
  }
}

const listens = (target: Address): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(target)
    socket.on('connect', () => resolve(true))
    socket.on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })

const isHead = (piece: Buffer): boolean => /^(GET |HTTP\/)/.test(piece.toString('latin1', 0, 5))
