/**
 * A WebSocket between two simulated processes: frames take time, may be held up or swallowed, and arrive in order unless
 * the run says otherwise. Only what the link's two ends use of a WebSocket is there.
 */
import { EventEmitter } from 'node:events'
import type { Random } from './random.ts'
import type { SimProcess, VirtualTime } from './virtual-time.ts'

/** How the network treats one direction of a node's traffic. */
export interface Way {
  minMs: number
  maxMs: number
  /** Nothing arrives until it is open again: `held` comes late, `swallowed` never. */
  state: 'open' | 'held' | 'swallowed'
}

/** The network between one node and its coordinator. */
export interface Net {
  /** From the node to the coordinator. */
  readonly up: Way
  readonly down: Way
  /** Nothing can be dialled. */
  cut: boolean
  /** Share of frames that come twice, and that are overtaken. */
  repeats: number
  overtaken: number
}

export interface WireDeps {
  readonly time: VirtualTime
  readonly random: Random
  readonly net: Net
  readonly saw: (from: 'node' | 'coordinator', text: string) => void
}

type Item =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'ping' | 'pong'; readonly carried: string }
  | { readonly type: 'closing' | 'close' }

const connecting = 0
const open = 1
const closing = 2
const closed = 3
const lookAgainMs = 50
/** The order of these two is what makes a link; parts of one answer must follow each other. */
const inOrder = /^\{"type":"(hello|welcome|reject|bye)"|"parts":(?!1,)/

export class SimSocket extends EventEmitter {
  readyState = connecting
  readonly bufferedAmount = 0
  readonly #wire: Wire
  readonly #side: 'node' | 'coordinator'
  readonly #process: SimProcess
  #lastDue = 0
  /** What arrived and could not be handed on yet. */
  #inbox: Item[] = []
  #looksAgain = false
  /** Something on its way here was lost: nothing that follows it arrives any more. */
  #broken = false
  #cut = false

  constructor(wire: Wire, side: 'node' | 'coordinator', process: SimProcess) {
    super()
    this.#wire = wire
    this.#side = side
    this.#process = process
  }

  send(text: string, written?: () => void): void {
    if (this.readyState !== open) return
    this.#push({ type: 'text', text })
    if (written) this.#soon(written)
  }

  ping(carried = ''): void {
    if (this.readyState === open) this.#push({ type: 'ping', carried })
  }

  close(): void {
    if (this.readyState !== open) return
    this.readyState = closing
    this.#push({ type: 'closing' })
  }

  terminate(): void {
    if (this.readyState === closed) return
    const wasConnecting = this.readyState === connecting
    this.#push({ type: 'close' })
    this.#end(wasConnecting)
  }

  /** Its process died; the system closes what it had open, if the machine still runs. */
  abandon(hostRuns: boolean): void {
    if (hostRuns) this.#push({ type: 'close' })
  }

  /** Both ends are there. False when the network dropped the connection while it was being made. */
  opened(): boolean {
    if (this.readyState !== connecting) return false
    this.readyState = open
    if (this.#process.alive) this.emit('open')
    return true
  }

  /** Nobody answers the dial. */
  refused(): void {
    if (this.readyState === connecting) this.#end(true)
  }

  /** Something from the other end, at once or when the network and the process let it. */
  receive(item: Item): void {
    if (this.#broken) return
    this.#inbox.push(item)
    this.#read()
  }

  /** A hole in what is on its way here. */
  breakOff(): void {
    this.#broken = true
    this.#inbox = []
  }

  /** The network says that there is no connection any more. */
  cutOff(): void {
    this.#inbox = [{ type: 'close' }]
    this.#cut = true
    this.#read()
  }

  #read(): void {
    const { net, time } = this.#wire.deps
    const way = this.#side === 'node' ? net.down : net.up
    while (!this.#process.frozen && (this.#cut || way.state === 'open')) {
      const item = this.#inbox.shift()
      if (!item) return
      this.#arrive(item)
    }
    if (way.state === 'swallowed' && !this.#cut) this.breakOff()
    if (this.#inbox.length === 0 || this.#looksAgain) return
    this.#looksAgain = true
    time.after(lookAgainMs, () => {
      this.#looksAgain = false
      this.#read()
    })
  }

  #arrive(item: Item): void {
    if (!this.#process.alive) {
      // The machine knows of no such connection any more.
      if (item.type !== 'close' && this.#wire.hostRuns(this.#side)) this.#push({ type: 'close' })
      return
    }
    if (this.readyState === closed) return
    switch (item.type) {
      case 'text':
        this.emit('message', Buffer.from(item.text), false)
        break
      case 'ping':
        this.#push({ type: 'pong', carried: item.carried })
        this.emit('ping')
        break
      case 'pong':
        this.emit('pong', Buffer.from(item.carried))
        break
      case 'closing':
        this.#push({ type: 'close' })
        this.#end(false)
        break
      case 'close':
        this.#end(false)
        break
    }
  }

  #end(failed: boolean): void {
    this.readyState = closed
    this.#soon(() => {
      if (failed) this.emit('error', new Error('The connection could not be made.'))
      this.emit('close', 1006)
    })
  }

  #soon(callback: () => void): void {
    this.#process.clock.after(0, callback)
  }

  #push(item: Item): void {
    const { time, random, net, saw } = this.#wire.deps
    const way = this.#side === 'node' ? net.up : net.down
    if (item.type === 'text') saw(this.#side, item.text)
    const other = this.#wire.other(this.#side)
    if (way.state === 'swallowed') {
      other.breakOff()
      return
    }
    const deliver = (at: number): void => void time.after(at - time.now, () => other.receive(item))
    const free = item.type === 'text' && !inOrder.test(item.text)
    const takes = way.minMs + random.next() * (way.maxMs - way.minMs)
    const due = Math.max(time.now + takes, this.#lastDue)
    if (free && random.chance(net.overtaken)) {
      // The others pass it.
      deliver(due + 5 + random.next() * 200)
      return
    }
    this.#lastDue = due
    deliver(due)
    if (free && random.chance(net.repeats)) deliver(due + random.next() * 300)
  }
}

export class Wire {
  readonly deps: WireDeps
  readonly node: SimSocket
  readonly coordinator: SimSocket
  readonly hostRuns: (side: 'node' | 'coordinator') => boolean

  constructor(
    deps: WireDeps,
    ends: {
      readonly node: SimProcess
      readonly coordinator: SimProcess
      readonly hostRuns: (side: 'node' | 'coordinator') => boolean
    },
  ) {
    this.deps = deps
    this.hostRuns = ends.hostRuns
    this.node = new SimSocket(this, 'node', ends.node)
    this.coordinator = new SimSocket(this, 'coordinator', ends.coordinator)
  }

  other(side: 'node' | 'coordinator'): SimSocket {
    return side === 'node' ? this.coordinator : this.node
  }

  /** The network drops the connection: both ends notice. */
  cut(): void {
    this.node.cutOff()
    this.coordinator.cutOff()
  }
}
