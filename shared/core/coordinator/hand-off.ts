/**
 * Takes a message to the node that was chosen for it: offer, accept, commit, start, result. A node begins only on
 * `start`, and `start` is sent only once it is on disk; what to do about nodes that go away is in `lost-nodes.ts`.
 */
import type { Decision, Reason } from '../../contract/decision.ts'
import { type ErrorCode, MeshError } from '../../contract/error.ts'
import type { MessageDelta, MessageTool } from '../../contract/event.ts'
import type { AttemptRef } from '../../contract/link.ts'
import { hasEnded, type Message } from '../../contract/message.ts'
import type { MachineEvent, AttemptResult } from '../../domain/message/events.ts'
import { step } from '../../domain/message/machine.ts'
import { type Clock, isoTime } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { Change, Store } from '../storage/store.ts'
import { Flight, type FlightTable } from './flight.ts'
import type { AttemptFrame } from './link-server.ts'
import type { NodeLink } from './node-link.ts'
import type { NodeRegistry } from './node-registry.ts'
import { offerFrame } from './offer-frame.ts'
import type { Transitions } from './transitions.ts'

const answerWithinMs = 5_000
/** How long a slot stays taken for a turn that was told to stop and does not confirm it. */
const confirmWithinMs = 60_000

type OfferEvent = Extract<MachineEvent, { readonly type: 'offer' }>

export interface HandOffDeps {
  readonly store: Pick<Store, 'get' | 'transcript'>
  readonly transitions: Transitions
  readonly flights: FlightTable
  readonly registry: Pick<NodeRegistry, 'lifeOf'>
  readonly linkOf: (nodeId: string) => NodeLink | undefined
  readonly clock: Clock
  readonly log: Log
  /** A piece of an answer, for those who follow it. */
  readonly told: (part: MessageDelta | MessageTool) => void
  /** The message was offered to another node than its conversation lives on. */
  readonly moved: (message: Message) => void
  /** The node turned the message down: it is not asked again for a while. */
  readonly turnedDown: (messageId: string, nodeId: string, reason: Reason) => void
}

export interface Chosen {
  readonly message: Message
  readonly node: { readonly id: string; readonly name: string }
  readonly decision: Decision
  readonly link: NodeLink
}

export class HandOff {
  readonly #deps: HandOffDeps

  constructor(deps: HandOffDeps) {
    this.#deps = deps
  }

  /** The slot is taken when this returns. */
  take({ message, node, decision, link }: Chosen): void {
    const { flights, clock } = this.#deps
    const attempt = message.attempt + 1
    const flight = new Flight({ clock }, { message, attempt, nodeId: node.id, phase: 'offering', link })
    flights.add(flight)
    void this.#offer(flight, node.name, decision)
  }

  /** Every commit: what somebody else did to the message of a flight. */
  changed({ message, cause }: Change): void {
    const flight = this.#deps.flights.get(message.id)
    if (!flight && (cause === 'resolve' || cause === 'lapse')) this.#tellStranger(message)
    if (!flight && cause === 'cancel' && message.state === 'interrupted') this.#tellStranger(message)
    // Its own offer is not committed yet, and the message still in the queue.
    if (!flight || (message.attempt < flight.attempt && !hasEnded(message.state))) return
    const goesOn = message.attempt === flight.attempt && ['offered', 'started', 'running'].includes(message.state)
    if (!goesOn) this.#finish(flight, message)
    else if (cause === 'cancel') this.askToStop(flight)
  }

  /** Given up for lost, but its node may be back and still at it. */
  #tellStranger({ id, attempt, node_id }: Message): void {
    const link = node_id === undefined ? undefined : this.#deps.linkOf(node_id)
    link?.send({ type: 'cancel', message_id: id, attempt, reason: 'cancelled' })
  }

  frame(link: NodeLink, frame: AttemptFrame): void {
    const flight = this.#deps.flights.get(frame.message_id)
    const due =
      flight?.attempt === frame.attempt && flight.link === link && phasesFor[frame.type].includes(flight.phase)
    if (!flight || !due) {
      const { type, message_id, attempt } = frame
      const fields = { node: link.nodeId, frame: type, message: message_id, attempt, phase: flight?.phase }
      this.#deps.log.info(fields, 'A frame that was not due was ignored.')
      return
    }
    switch (frame.type) {
      case 'accept':
        void this.#start(flight)
        break
      case 'refuse':
        this.#refused(flight, MeshError.from(frame.error), false)
        break
      case 'begun':
        this.running(flight)
        break
      case 'delta': {
        const { offset, text } = frame
        this.#deps.told({ type: 'message.delta', at: isoTime(this.#deps.clock), data: { ...flight.ref, offset, text } })
        break
      }
      case 'tool': {
        const { name, phase } = frame
        this.#deps.told({ type: 'message.tool', at: isoTime(this.#deps.clock), data: { ...flight.ref, name, phase } })
        break
      }
    }
  }

  /** Acknowledged in any case once it is dealt with, so that the node can forget it. */
  async result(link: NodeLink, ref: AttemptRef, result: AttemptResult): Promise<void> {
    const { flights } = this.#deps
    const flight = flights.get(ref.message_id)
    const event: MachineEvent = { type: 'result', attempt: ref.attempt, result }
    if (flight?.attempt === ref.attempt && flight.link === link && ['started', 'running'].includes(flight.phase)) {
      if (await this.end(flight, event)) link.send({ type: 'result_ack', ...ref })
      return
    }
    for (const lingering of flights.onNode(link.nodeId))
      if (lingering.over && isOf(lingering, ref)) flights.remove(lingering)
    if (await this.#lateResult(link, ref, event)) link.send({ type: 'result_ack', ...ref })
  }

  /** The word of a node on an attempt that is settled already, long forgotten, or was never its own. */
  async #lateResult(link: NodeLink, ref: AttemptRef, event: MachineEvent): Promise<boolean> {
    const { store, transitions, log } = this.#deps
    try {
      const message = await store.get(ref.message_id)
      const given = message?.attempts.find(({ number }) => number === ref.attempt)
      if (given?.node_id === link.nodeId) return (await transitions.apply(ref.message_id, event)) !== undefined
      log.info({ node: link.nodeId, ...ref }, 'A result for an attempt that this node was not given was ignored.')
      return true
    } catch (error) {
      // Not acknowledged: the node keeps it and sends it again on its next link.
      log.error({ node: link.nodeId, ...ref, err: error }, 'A result could not be looked up.')
      return false
    }
  }

  running(flight: Flight): void {
    flight.phase = 'running'
    void this.#deps.transitions.apply(flight.messageId, { type: 'began', attempt: flight.attempt })
  }

  /** Ends the message unless its turn ends within its time. */
  armDeadline(flight: Flight, ms: number, timeoutS: number): void {
    flight.arm('deadline', ms, () => {
      const error = new MeshError('message_expired', `The turn took longer than its timeout_s of ${timeoutS} s.`, {
        hint: 'Send it again with a larger timeout_s, or ask for less at once.',
      })
      if (flight.phase !== 'ending')
        void this.#deps.transitions.apply(flight.messageId, { type: 'expire', error: error.toBody() })
    })
  }

  askToStop(flight: Flight): void {
    flight.stopAsked = true
    if (flight.phase === 'started' || flight.phase === 'running')
      flight.link?.send({ type: 'cancel', ...flight.ref, reason: 'cancelled' })
  }

  /** The link ended before `start` was sent: nothing can have begun. */
  linkEnded(flight: Flight): void {
    if (flight.phase === 'offered') this.#cutOff(flight)
  }

  /** Commits what ends the attempt; whether it is dealt with. `nodeHolds`: the node then has to be told. */
  async end(flight: Flight, event: MachineEvent, nodeHolds = false): Promise<boolean> {
    flight.phase = 'ending'
    flight.nodeHolds = nodeHolds
    flight.disarmAll()
    const message = await this.#deps.transitions.apply(flight.messageId, event)
    // Usually the commit was told to `changed` before this.
    if (this.#isOver(flight)) return true
    if (message) this.#finish(flight, message)
    else this.#deps.flights.remove(flight)
    return message !== undefined
  }

  /**
   * The offer travels while its commit waits for company, mostly that of `start`: a node begins nothing on an offer, and
   * one that a crash forgot dies with its link.
   */
  async #offer(flight: Flight, nodeName: string, decision: Decision): Promise<void> {
    const { transitions, flights, moved } = this.#deps
    const event: OfferEvent = { type: 'offer', node_id: flight.nodeId, node_name: nodeName, decision }
    const written = transitions.apply(flight.messageId, event)
    await this.#sendOffer(flight, event)
    const message = await written
    if (message && wasOffered(message, flight) && (message.affinity === 'repin' || message.affinity === 'excursion'))
      moved(message)
    if (this.#isOver(flight) || (message && wasOffered(message, flight))) return
    if (message) this.#finish(flight, message)
    else flights.remove(flight)
  }

  async #sendOffer(flight: Flight, event: OfferEvent): Promise<void> {
    const { store, clock } = this.#deps
    try {
      const queued = await store.get(flight.messageId)
      const offered = queued && step(queued, event, isoTime(clock))
      // Cancelled or gone meanwhile: the commit will say so.
      if (!offered?.ok || !wasOffered(offered.message, flight)) return
      const frame = await offerFrame(store, offered.message, flight.nodeId)
      // It may have been cancelled, or have lost its link, meanwhile.
      if (this.#isOver(flight)) return
      if (!flight.link) {
        this.#cutOff(flight)
        return
      }
      flight.phase = 'offered'
      flight.link.send(frame)
      flight.arm('answer', answerWithinMs, () => this.#refused(flight, noAnswer(event.node_name), true))
    } catch (error) {
      this.#refused(flight, MeshError.wrap(error), false)
    }
  }

  #refused(flight: Flight, error: MeshError, nodeHolds: boolean): void {
    this.#deps.turnedDown(flight.messageId, flight.nodeId, reasonOf(error))
    void this.end(flight, { type: 'refused', attempt: flight.attempt, error: error.toBody() }, nodeHolds)
  }

  /** Its node did not turn it down, so it gets the message again as soon as it is back. */
  #cutOff(flight: Flight): void {
    void this.end(flight, { type: 'refused', attempt: flight.attempt, error: linkEndedEarly().toBody() })
  }

  async #start(flight: Flight): Promise<void> {
    const { transitions, registry } = this.#deps
    const { attempt } = flight
    flight.phase = 'starting'
    flight.disarm('answer')
    flight.life = registry.lifeOf(flight.nodeId)
    const message = await transitions.apply(flight.messageId, { type: 'start', attempt, life: flight.life })
    if (this.#isOver(flight) || message?.state !== 'started') return
    if (!flight.link || flight.stopAsked) {
      // The commit says started, but only `start` on the link would let the node begin.
      const error = flight.link ? stoppedEarly() : linkEndedEarly()
      void this.end(flight, { type: 'never_began', attempt, error: error.toBody() }, flight.link !== undefined)
      return
    }
    flight.phase = 'started'
    flight.link.send({ type: 'start', ...flight.ref })
    this.armDeadline(flight, message.timeout_s * 1_000, message.timeout_s)
  }

  /** Read after an await, by which time it may have changed. */
  #isOver(flight: Flight): boolean {
    return flight.over
  }

  /** The message went on without this attempt. If the node may still be at it, it is told, and its slot stays taken. */
  #finish(flight: Flight, message: Message): void {
    const { flights } = this.#deps
    const holds = flight.phase === 'ending' ? flight.nodeHolds : flight.phase !== 'offering'
    if (!holds || !flight.link) {
      flights.remove(flight)
      return
    }
    flights.detach(flight)
    const reason = message.state === 'expired' ? 'expired' : 'cancelled'
    flight.link.send({ type: 'cancel', ...flight.ref, reason })
    flight.arm('confirm', confirmWithinMs, () => flights.remove(flight))
  }
}

const phasesFor: Record<AttemptFrame['type'], readonly Flight['phase'][]> = {
  accept: ['offered'],
  refuse: ['offered'],
  begun: ['started'],
  delta: ['running'],
  tool: ['running'],
}

export const isOf = (flight: Flight, ref: AttemptRef): boolean =>
  flight.messageId === ref.message_id && flight.attempt === ref.attempt

const wasOffered = ({ state, attempt }: Message, flight: Flight): boolean =>
  state === 'offered' && attempt === flight.attempt

const full: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['queue_full', 'rate_limited'])
const reasonOf = (error: MeshError): Reason =>
  full.has(error.code) ? { code: 'no_free_slot', detail: error.message } : { code: 'refused', detail: error.message }

const linkEndedEarly = (): MeshError =>
  new MeshError('coordinator_unreachable', 'The link of the node ended before the message was started.')
const stoppedEarly = (): MeshError =>
  new MeshError('message_cancelled', 'The message was cancelled before the node began to work on it.')
const noAnswer = (node: string): MeshError =>
  new MeshError('timeout', `${node} did not answer the offer within ${answerWithinMs / 1_000} s.`, {
    hint: 'The log of the node agent on that machine may say why.',
  })
