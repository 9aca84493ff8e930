/** How many connections may be open that have not shown a token yet. The oldest of them makes room for a new one. */
import type { Socket } from 'node:net'

export class ConnectionLimit {
  readonly #max: number
  readonly #unproven = new Set<Socket>()

  constructor(deps: { readonly maxUnproven?: number } = {}) {
    this.#max = deps.maxUnproven ?? 256
  }

  get unproven(): number {
    return this.#unproven.size
  }

  /** Refusing the newest instead would let a hundred idle connections lock everybody out. */
  opened(socket: Socket): void {
    this.#unproven.add(socket)
    socket.once('close', () => this.#unproven.delete(socket))
    const [oldest] = this.#unproven
    if (this.#unproven.size > this.#max && oldest) {
      this.#unproven.delete(oldest)
      oldest.destroy()
    }
  }

  proven(socket: Socket): void {
    this.#unproven.delete(socket)
  }
}
