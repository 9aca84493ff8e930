/** The sockets of one node agent, which a test can break exactly before a chosen frame passes. */
import { connect as dial } from 'node:net'
import WebSocket, { type ClientOptions } from 'ws'
import type { AgentFrame, CoordinatorFrame } from '../contract/link.ts'
import type { Connect } from '../core/agent/link.ts'
import type { Relay } from './relay.ts'

type FrameType = (AgentFrame | CoordinatorFrame)['type']

export class LinkTap {
  /** Types of the frames that passed, both ways, in order. */
  readonly passed: FrameType[] = []
  readonly #relay: Relay | undefined
  readonly #cuts: { readonly type: FrameType; readonly done: () => void }[] = []

  constructor(relay?: Relay) {
    this.#relay = relay
  }

  /** The next frame of that type is lost and its socket with it. Resolves when that has happened. */
  cutAt(type: FrameType): Promise<void> {
    return new Promise((done) => this.#cuts.push({ type, done }))
  }

  /** For the agent's deps. The address stays the coordinator's: it checks by which name it is called. */
  readonly connect: Connect = (url, options) => {
    const relay = this.#relay
    const through: ClientOptions = relay
      ? { ...options, createConnection: () => dial(relay.port, '127.0.0.1') }
      : options
    return new TappedSocket(url, through, (data) => this.#passes(data))
  }

  #passes(data: string): boolean {
    const { type } = JSON.parse(data) as { type: FrameType }
    const at = this.#cuts.findIndex((cut) => cut.type === type)
    if (at < 0) {
      this.passed.push(type)
      return true
    }
    this.#cuts.splice(at, 1)[0]?.done()
    return false
  }
}

class TappedSocket extends WebSocket {
  readonly #passes: (data: string) => boolean
  #broken = false

  constructor(url: string, options: ClientOptions, passes: (data: string) => boolean) {
    super(url, options)
    this.#passes = passes
  }

  override send(data: string, ...rest: unknown[]): void {
    if (this.#takes(data)) super.send(data, ...(rest as []))
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    return event === 'message' && !this.#takes(String(args[0])) ? true : super.emit(event, ...args)
  }

  /** What is on its way when the socket breaks is lost with it. */
  #takes(data: string): boolean {
    if (!this.#broken && this.#passes(data)) return true
    this.#broken = true
    this.terminate()
    return false
  }
}
