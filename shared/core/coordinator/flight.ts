/** One attempt while a node has to do with it, and the table of all of them. A flight takes up a slot of its node. */
import type { Message } from '../../contract/message.ts'
import { conversationKey } from '../../domain/message/order.ts'
import type { Clock } from '../platform/clock.ts'
import type { NodeLink } from './node-link.ts'

/**
 * `offering`: the offer is being made. `offered`: sent, unanswered, perhaps not committed yet. `starting`: accepted, `start` is being committed.
 * `started`, `running`: as the message. `ending`: what ends the attempt is being committed; frames about it come too late.
 */
export type Phase = 'offering' | 'offered' | 'starting' | 'started' | 'running' | 'ending'
type TimerName = 'answer' | 'deadline' | 'lost' | 'confirm'

export class Flight {
  readonly messageId: string
  readonly attempt: number
  readonly nodeId: string
  /** Key of its conversation, whose turn it is. */
  readonly conversation: string | undefined
  phase: Phase
  /** Undefined once that link has ended. */
  link: NodeLink | undefined
  /** Life of the node in which `start` was sent, as its attempt has it on disk. */
  life: string | undefined
  /** Somebody asked to cancel it, and the node has to confirm. */
  stopAsked = false
  /** With `ending`: the node does not know yet that the attempt is over. */
  nodeHolds = false
  /** The message has no more to do with it. */
  over = false
  readonly #clock: Clock
  readonly #timers = new Map<TimerName, () => void>()

  constructor(
    deps: { readonly clock: Clock },
    of: {
      readonly message: Pick<Message, 'id' | 'sender' | 'conversation'>
      readonly attempt: number
      readonly nodeId: string
      readonly phase: Phase
      readonly link?: NodeLink
    },
  ) {
    const { id, sender, conversation } = of.message
    this.#clock = deps.clock
    this.messageId = id
    this.attempt = of.attempt
    this.nodeId = of.nodeId
    this.conversation = conversation === undefined ? undefined : conversationKey(sender, conversation)
    this.phase = of.phase
    this.link = of.link
  }

  get ref() {
    return { message_id: this.messageId, attempt: this.attempt }
  }

  arm(name: TimerName, ms: number, callback: () => void): void {
    this.disarm(name)
    this.#timers.set(name, this.#clock.after(ms, callback))
  }

  disarm(name: TimerName): void {
    this.#timers.get(name)?.()
    this.#timers.delete(name)
  }

  disarmAll(): void {
    for (const name of [...this.#timers.keys()]) this.disarm(name)
  }
}

export class FlightTable {
  readonly #onCount: (nodeId: string, count: number) => void
  /** The one flight of a message. */
  readonly #active = new Map<string, Flight>()
  /** The conversations of those. */
  readonly #conversations = new Set<string>()
  /** With those whose message went on without them while the node still has to let go. */
  readonly #byNode = new Map<string, Set<Flight>>()

  constructor(deps: { readonly onCount: (nodeId: string, count: number) => void }) {
    this.#onCount = deps.onCount
  }

  get(messageId: string): Flight | undefined {
    return this.#active.get(messageId)
  }

  get busyConversations(): ReadonlySet<string> {
    return this.#conversations
  }

  onNode(nodeId: string): Flight[] {
    return [...(this.#byNode.get(nodeId) ?? [])]
  }

  add(flight: Flight): void {
    this.#active.set(flight.messageId, flight)
    if (flight.conversation !== undefined) this.#conversations.add(flight.conversation)
    const there = this.#byNode.get(flight.nodeId) ?? new Set()
    this.#byNode.set(flight.nodeId, there.add(flight))
    this.#onCount(flight.nodeId, there.size)
  }

  /** The message is done with it; its slot stays taken until `remove`. */
  detach(flight: Flight): void {
    flight.disarmAll()
    if (flight.over) return
    flight.over = true
    this.#active.delete(flight.messageId)
    if (flight.conversation !== undefined) this.#conversations.delete(flight.conversation)
  }

  remove(flight: Flight): void {
    this.detach(flight)
    const there = this.#byNode.get(flight.nodeId)
    if (!there?.delete(flight)) return
    if (there.size === 0) this.#byNode.delete(flight.nodeId)
    this.#onCount(flight.nodeId, there.size)
  }

  /** Forgets all, timers included. */
  clear(): void {
    for (const flights of [...this.#byNode.values()]) for (const flight of [...flights]) this.detach(flight)
    this.#byNode.clear()
  }
}
