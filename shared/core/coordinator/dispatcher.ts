/**
 * Decides which waiting message goes where, whenever something changed that may matter: a message, a node, a slot, the
 * time. Keeps the queue in memory, fed by what the store commits; how a message then gets to its node is the hand-off's.
 */
import type { Decision } from '../../contract/decision.ts'
import { MeshError } from '../../contract/error.ts'
import { offlineGraceS, pinnedMaxWaitS } from '../../contract/limits.ts'
import type { Message, Waiting } from '../../contract/message.ts'
import type { MeshNode } from '../../contract/node.ts'
import type { MachineEvent } from '../../domain/message/events.ts'
import { conversationKey } from '../../domain/message/order.ts'
import { mayRetry, noAttempts, type RetryWindow, retrySliceMs, withAttempt } from '../../domain/message/retry-budget.ts'
import { decide, type Routed } from '../../domain/routing/decide.ts'
import { type Clock, isoTime } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { Change, Store } from '../storage/store.ts'
import type { Exclusions } from './exclusions.ts'
import type { FlightTable } from './flight.ts'
import type { HandOff } from './hand-off.ts'
import type { MessageQueue, QueueEntry } from './message-queue.ts'
import type { NodeLink } from './node-link.ts'
import type { NodeRegistry } from './node-registry.ts'
import { isSettled } from './settled.ts'
import type { Transitions } from './transitions.ts'

export interface DispatcherDeps {
  readonly store: Pick<Store, 'conversation'>
  readonly transitions: Transitions
  readonly registry: Pick<NodeRegistry, 'list' | 'find'>
  readonly linkOf: (nodeId: string) => NodeLink | undefined
  readonly queue: MessageQueue
  readonly flights: FlightTable
  readonly exclusions: Exclusions
  readonly handOff: Pick<HandOff, 'take' | 'changed'>
  readonly clock: Clock
  readonly log: Log
}

const againAfterErrorMs = 1_000
/** Pins kept at hand; past that they are read from the store again. */
const maxPins = 20_000

/** What one look at the queue knows and finds out. */
interface Pass {
  readonly now: number
  readonly at: string
  readonly nodes: MeshNode[]
  /** Outcomes that hold for every message with the same needs: slots only get fewer within a pass. */
  readonly unserved: Map<string, Routed>
  /** When the next look is due, if nothing happens before. */
  next: number
}

export class Dispatcher {
  readonly #deps: DispatcherDeps
  readonly #pins = new Map<string, string | null>()
  /** Counts what may have changed a pin: one that was read meanwhile is not to be trusted. */
  #turnsChanged = 0
  #startedAt = 0
  #attempts: RetryWindow = noAttempts
  #state: 'idle' | 'woken' | 'stopped' = 'idle'
  #passing = false
  #cancelTimer: () => void = () => undefined

  constructor(deps: DispatcherDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#startedAt = this.#deps.clock.now()
    this.wake()
  }

  stop(): void {
    this.#state = 'stopped'
    this.#cancelTimer()
  }

  /** Has it look at the queue soon; asking often costs nothing. */
  readonly wake = (): void => {
    // What a pass itself changes at a node it has taken into account.
    if (this.#state !== 'idle' || this.#passing) return
    this.#state = 'woken'
    void this.#run()
  }

  /** What would be decided about the message now; for one that is not in the queue. */
  preview(message: Message): Decision {
    const { registry, clock } = this.#deps
    return decide({ message, nodes: registry.list(), at: isoTime(clock) }).decision
  }

  /** Every commit, in order. */
  changed(change: Change): void {
    const { queue, flights, exclusions, handOff, clock } = this.#deps
    const { message, cause } = change
    handOff.changed(change)
    if (cause === 'waiting') return
    if (message.state !== 'queued') queue.delete(message.id)
    else if (!flights.get(message.id)) queue.put(message, clock.now())
    if (message.conversation !== undefined) {
      const conversation = conversationKey(message.sender, message.conversation)
      this.#pins.delete(conversation)
      this.#turnsChanged += 1
      queue.turnChanged(conversation)
    }
    if (isSettled(message.state)) exclusions.forget(message.id)
    else if (cause === 'result' && message.node_id !== undefined && hasJustFailed(message)) {
      const from = message.not_before === undefined ? clock.now() : Date.parse(message.not_before)
      exclusions.add(message.id, message.node_id, { code: 'excluded', detail: 'it failed there before' }, from)
    }
    this.wake()
  }

  async #run(): Promise<void> {
    // A commit tells of many changes at once; they are looked at together.
    await Promise.resolve()
    try {
      await this.#loadPins()
      if (this.#isStopped()) return
      this.#state = 'idle'
      this.#passing = true
      this.#pass()
    } catch (error) {
      this.#deps.log.error({ err: error }, 'The queue could not be looked at.')
      if (this.#isStopped()) return
      this.#state = 'idle'
      this.#wakeIn(againAfterErrorMs)
    } finally {
      this.#passing = false
    }
  }

  #isStopped(): boolean {
    return this.#state === 'stopped'
  }

  async #loadPins(): Promise<void> {
    const { queue, flights, store } = this.#deps
    if (this.#pins.size > maxPins) this.#pins.clear()
    for (const { entry, blocked } of queue.inOrder(flights.busyConversations)) {
      if (blocked || entry.conversation === undefined || entry.gone || this.#pins.has(entry.conversation)) continue
      const { sender, conversation = '' } = entry.message
      const before = this.#turnsChanged
      const pin = (await store.conversation(sender, conversation))?.node_id ?? null
      if (before === this.#turnsChanged) this.#pins.set(entry.conversation, pin)
    }
  }

  #pass(): void {
    const { queue, flights, registry, clock } = this.#deps
    this.#cancelTimer()
    // Every heartbeat wakes us, and all nodes are many: nobody waits, so nothing is looked at.
    if (queue.size === 0) return
    const pass: Pass = {
      now: clock.now(),
      at: isoTime(clock),
      nodes: registry.list(),
      unserved: new Map(),
      next: Infinity,
    }
    let position = 0
    for (const { entry, blocked } of queue.inOrder(flights.busyConversations)) {
      if (entry.gone || entry.ending) continue
      if (pass.now >= entry.expiresAt) {
        this.#expire(entry)
        continue
      }
      position += 1
      entry.position = position
      pass.next = Math.min(pass.next, entry.expiresAt)
      if (blocked) this.#note(entry, 'conversation', pass)
      else if (entry.notBefore > pass.now) {
        pass.next = Math.min(pass.next, entry.notBefore)
        this.#note(entry, 'backoff', pass)
      } else if (entry.isRetry && !mayRetry(this.#attempts, pass.now)) {
        pass.next = Math.min(pass.next, pass.now + retrySliceMs)
        this.#note(entry, 'retry_budget', pass)
      } else this.#place(entry, pass)
    }
    if (pass.next < Infinity) this.#wakeIn(pass.next - pass.now)
  }

  #place(entry: QueueEntry, pass: Pass): void {
    const pin = entry.conversation === undefined ? null : this.#pins.get(entry.conversation)
    // It came, or its pin changed, while pins were being read: the next look is due at once.
    if (pin === undefined) {
      pass.next = pass.now
      return
    }
    const { decision, wait } = this.#route(entry, pin, pass)
    if (decision.outcome === 'infeasible') this.#giveUp(entry, noCapableNode(decision), decision)
    else if (wait !== null) this.#wait(entry, wait, decision, pass)
    else if (decision.node_id !== null) this.#send(entry, decision.node_id, decision, pass)
  }

  #route({ message, needs, wait }: QueueEntry, pin: string | null, pass: Pass): Routed {
    const pinExpired = wait?.reason === 'pinned_busy' && pass.now >= wait.since + pinnedMaxWaitS * 1_000
    const excluded = this.#deps.exclusions.of(message.id, pass.now)
    if (excluded) pass.next = Math.min(pass.next, excluded.until)
    const key = excluded || pin ? JSON.stringify([needs, pin, pinExpired, ...(excluded?.nodes.keys() ?? [])]) : needs
    const known = pass.unserved.get(key)
    if (known) return known
    const routed = decide({ message, nodes: pass.nodes, pin, pinExpired, excluded: excluded?.nodes, at: pass.at })
    if (routed.decision.outcome !== 'chosen') pass.unserved.set(key, routed)
    return routed
  }

  #send(entry: QueueEntry, nodeId: string, decision: Decision, pass: Pass): void {
    const { queue, handOff, registry, linkOf } = this.#deps
    const { message, isRetry } = entry
    const link = linkOf(nodeId)
    const at = pass.nodes.findIndex(({ id }) => id === nodeId)
    const node = pass.nodes[at]
    if (!link || !node) {
      // Its link is ending or not yet told of: the registry will say so, and if not, there is another look.
      pass.next = Math.min(pass.next, pass.now + againAfterErrorMs)
      return
    }
    queue.delete(message.id)
    queue.served(message.sender, pass.at)
    this.#attempts = withAttempt(this.#attempts, isRetry ? 'retry' : 'fresh', pass.now)
    handOff.take({ message, node, decision, link })
    pass.nodes[at] = registry.find(nodeId) ?? node
  }

  #wait(entry: QueueEntry, reason: Waiting['reason'], decision: Decision, pass: Pass): void {
    this.#note(entry, reason, pass, decision)
    const since = entry.wait?.since ?? pass.now
    if (reason === 'pinned_busy') pass.next = Math.min(pass.next, after(since + pinnedMaxWaitS * 1_000, pass.now))
    if (reason !== 'offline') return
    // After our own restart the nodes get the time to come back.
    const graceEnds = Math.max(since, this.#startedAt) + offlineGraceS * 1_000
    if (pass.now < graceEnds) pass.next = Math.min(pass.next, graceEnds)
    else this.#giveUp(entry, noNodeAvailable(decision), decision)
  }

  /** Writes why it waits, unless that is known already. */
  #note(entry: QueueEntry, reason: Waiting['reason'], { now, at }: Pass, decision?: Decision): void {
    if (entry.wait?.reason === reason) return
    entry.wait = { reason, since: now }
    const waiting = { reason, since: at, position: entry.position }
    void this.#deps.transitions.apply(entry.message.id, { type: 'waiting', waiting, decision })
  }

  #expire(entry: QueueEntry): void {
    const { message } = entry
    const text = `No node could take the message within its queue_ttl_s of ${message.queue_ttl_s} s.`
    const error = new MeshError('message_expired', text, {
      hint: '`claw-mesh nodes` shows which nodes are there and what they are busy with.',
    })
    void this.#end(entry, { type: 'expire', error: error.toBody() })
  }

  #giveUp(entry: QueueEntry, error: MeshError, decision: Decision): void {
    void this.#end(entry, { type: 'give_up', error: error.toBody(), decision })
  }

  /** Keeps its place until the end is on disk: if a crash forgets that end, no later message of its conversation has passed it. */
  async #end(entry: QueueEntry, event: MachineEvent): Promise<void> {
    const { queue, transitions } = this.#deps
    entry.ending = true
    const message = await transitions.apply(entry.message.id, event)
    if (message === undefined && queue.get(entry.message.id) === entry) queue.delete(entry.message.id)
  }

  #wakeIn(ms: number): void {
    this.#cancelTimer()
    this.#cancelTimer = this.#deps.clock.after(Math.max(0, ms), this.wake)
  }
}

/** It did not merely come back because its node never began with it, and may go elsewhere. */
const hasJustFailed = ({ state, attempts, stays_with }: Message): boolean =>
  state === 'queued' && stays_with === undefined && attempts.at(-1)?.outcome === 'failed'

/** The time, if it is still to come. */
const after = (time: number, now: number): number => (time > now ? time : Infinity)

export const noCapableNode = (decision: Decision): MeshError =>
  new MeshError('no_capable_node', sentence('No node can take this message', decision), {
    hint: 'Ask for less, or let a machine join that has what is missing.',
    details: { decision },
  })

const noNodeAvailable = (decision: Decision): MeshError =>
  new MeshError('no_node_available', sentence('No node is available', decision), {
    hint: `It waited ${offlineGraceS} s. Start the agent on that machine, or ask for less.`,
  })

/** The decision's reason as a whole sentence. One that begins with a node's name keeps it as it is written. */
function sentence(lead: string, { reason, nodes }: Decision): string {
  const beginsWithName = nodes.some(({ name }) => reason.startsWith(name))
  return beginsWithName ? `${lead}: ${reason}.` : `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`
}
