/** A cable between node agents and their coordinator that a test can pull, or let go dead without a word. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

type Line = 'up' | 'stalled' | 'down'

export class Relay {
  /** What goes through it connects here. */
  readonly port: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #line: Line = 'up'

  private constructor(server: Server, target: number) {
    this.port = (server.address() as AddressInfo).port
    this.#server = server
    server.on('connection', (near) => this.#join(near, target))
  }

  static async start(target: number): Promise<Relay> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new Relay(server, target)
  }

  /** Every connection breaks, and none is made until `mend`. */
  cut(): void {
    this.#line = 'down'
    this.#destroyAll()
  }

  /** Nothing passes any more and neither end is told: what a laptop's lid or a lost route does. */
  stall(): void {
    this.#line = 'stalled'
    for (const socket of this.#sockets) socket.pause()
  }

  /** What was held up by a stall is delivered late. */
  mend(): void {
    this.#line = 'up'
    for (const socket of this.#sockets) socket.resume()
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#destroyAll()
    await closed
  }

  #join(near: Socket, target: number): void {
    if (this.#line === 'down') {
      near.destroy()
      return
    }
    const far = connect(target, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from)
      from.on('data', (bytes) => void to.write(bytes))
      from.on('error', () => from.destroy())
      from.on('end', () => to.end())
      from.on('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
      if (this.#line === 'stalled') from.pause()
    }
  }

  #destroyAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }
}
