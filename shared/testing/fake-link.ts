/** The agent's end of a link, played by a test: what it says, and what the coordinator told it. No sockets, no ports. */
import { EventEmitter } from 'node:events'
import type { WebSocket } from 'ws'
import { linkProtocol } from '../contract/limits.ts'
import type { AgentFrame, AttemptRef, CoordinatorFrame, Hello, Result } from '../contract/link.ts'
import { readCoordinatorFrame } from '../contract/read-frame.ts'
import type { LinkAcceptor } from '../core/coordinator/services.ts'
import { Arrivals } from './arrivals.ts'
import { aLoad, capabilities } from './builders.ts'

type FrameOf<T extends CoordinatorFrame['type']> = Extract<CoordinatorFrame, { type: T }>

/** As much of a WebSocket as the coordinator uses. Closing is told in the next microtask, as a real one tells it later. */
class FakeSocket extends EventEmitter {
  readonly sent: CoordinatorFrame[] = []
  readonly arrivals = new Arrivals<CoordinatorFrame>()
  bufferedAmount = 0
  pings = 0
  /** Does not answer pings, nor the closing handshake: the network is gone. */
  deaf = false
  #closed = false

  send(text: string): void {
    const frame = readCoordinatorFrame(text)
    this.sent.push(frame)
    this.arrivals.push(frame)
  }

  ping(carried = ''): void {
    this.pings += 1
    if (!this.deaf) queueMicrotask(() => this.emit('pong', Buffer.from(carried)))
  }

  close(): void {
    if (!this.deaf) this.terminate()
  }

  terminate(): void {
    if (this.#closed) return
    this.#closed = true
    queueMicrotask(() => this.emit('close'))
  }

  get closed(): boolean {
    return this.#closed
  }
}

export const aHello = (overrides: Partial<Hello> = {}): Hello => ({
  type: 'hello',
  protocol: linkProtocol,
  node_id: 'node-1',
  name: 'linux-1',
  instance: 'instance-1',
  host_boot_id: 'host-boot-1',
  journal_id: 'journal-1',
  version: '0.1.0',
  capabilities: capabilities(),
  gateway: { adapter: 'demo', state: 'ok' },
  load: aLoad(),
  begun: [],
  results: [],
  ...overrides,
})

export class FakeLink {
  readonly #socket = new FakeSocket()

  /** Opens the socket; says nothing yet. */
  static open(links: LinkAcceptor, nodeId = 'node-1'): FakeLink {
    const link = new FakeLink()
    links.acceptLink(link.#socket as unknown as WebSocket, nodeId)
    return link
  }

  /** Opens, says hello and waits for the welcome. */
  static async join(links: LinkAcceptor, hello: Partial<Hello> = {}): Promise<FakeLink> {
    const link = FakeLink.open(links, hello.node_id)
    link.say(aHello(hello))
    await link.next('welcome')
    return link
  }

  /** Every frame the coordinator sent, in order. */
  get sent(): readonly CoordinatorFrame[] {
    return this.#socket.sent
  }

  get closed(): boolean {
    return this.#socket.closed
  }

  get pings(): number {
    return this.#socket.pings
  }

  set deaf(deaf: boolean) {
    this.#socket.deaf = deaf
  }

  /** The next frame of that type that nobody has taken. */
  async next<T extends CoordinatorFrame['type']>(type: T): Promise<FrameOf<T>> {
    return (await this.#socket.arrivals.next((frame) => frame.type === type)) as FrameOf<T>
  }

  sentOf<T extends CoordinatorFrame['type']>(type: T): FrameOf<T>[] {
    return this.sent.filter((frame) => frame.type === type) as FrameOf<T>[]
  }

  say(frame: AgentFrame): void {
    this.sayText(JSON.stringify(frame))
  }

  sayText(text: string): void {
    this.#socket.emit('message', Buffer.from(text), false)
  }

  sayBinary(bytes: Buffer): void {
    this.#socket.emit('message', bytes, true)
  }

  /** The connection ends from one moment to the next. */
  cut(): void {
    this.#socket.terminate()
  }

  result(ref: AttemptRef, overrides: Partial<Result> = {}): void {
    this.say({ ...aResult(ref), ...overrides })
  }

  accept({ message_id, attempt }: AttemptRef): void {
    this.say({ type: 'accept', message_id, attempt })
  }

  begun({ message_id, attempt }: AttemptRef): void {
    this.say({ type: 'begun', message_id, attempt })
  }

  delta({ message_id, attempt }: AttemptRef, offset: number, text: string): void {
    this.say({ type: 'delta', message_id, attempt, offset, text })
  }

  /** Takes the next offer as far as `start`. */
  async takeStart(): Promise<AttemptRef> {
    this.accept(await this.next('offer'))
    const { message_id, attempt } = await this.next('start')
    return { message_id, attempt }
  }

  /** Takes the next offer as far as a turn that runs. */
  async takeTurn(): Promise<AttemptRef> {
    const ref = await this.takeStart()
    this.begun(ref)
    return ref
  }

  /** Answers the next offer whole. */
  async answer(text: string): Promise<AttemptRef> {
    const ref = await this.takeTurn()
    this.result(ref, { text })
    await this.next('result_ack')
    return ref
  }
}

export const aResult = ({ message_id, attempt }: AttemptRef): Result => ({
  type: 'result',
  message_id,
  attempt,
  part: 0,
  parts: 1,
  text: 'done',
  outcome: 'succeeded',
  began: true,
  effects: 'possible',
})
