/**
 * What becomes of started attempts when the link of their node ends: it may be working on them, may have lost them, or
 * may never have begun. The node says so when it comes back; when it does not, the message becomes interrupted.
 */
import { MeshError } from '../../contract/error.ts'
import type { AttemptRef, Hello } from '../../contract/link.ts'
import type { Message } from '../../contract/message.ts'
import { maybeWithNode } from '../../domain/message/step-parts.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { Store } from '../storage/store.ts'
import { Flight, type FlightTable } from './flight.ts'
import { type HandOff, isOf } from './hand-off.ts'
import type { NodeLink } from './node-link.ts'
import { lifeIn, type NodeRegistry } from './node-registry.ts'
import type { Transitions } from './transitions.ts'

export interface LostNodesDeps {
  readonly store: Pick<Store, 'get'>
  readonly transitions: Transitions
  readonly flights: FlightTable
  readonly handOff: HandOff
  readonly registry: Pick<NodeRegistry, 'find'>
  readonly clock: Clock
  readonly log: Log
  readonly interruptedAfterMs: number
}

export class LostNodes {
  readonly #deps: LostNodesDeps

  constructor(deps: LostNodesDeps) {
    this.#deps = deps
  }

  /** What it had not begun by then may go to another node at once. */
  goodbye(link: NodeLink): void {
    for (const flight of this.#deps.flights.onNode(link.nodeId)) {
      if (flight.link !== link || flight.over || flight.phase !== 'started') continue
      const error = new MeshError('draining', 'The node stopped before it began to work on the message.')
      const { attempt } = flight
      void this.#deps.handOff.end(flight, { type: 'never_began', attempt, error: error.toBody() })
    }
  }

  linkDown(link: NodeLink): void {
    for (const flight of this.#deps.flights.onNode(link.nodeId)) {
      if (flight.link !== link) continue
      flight.link = undefined
      if (flight.over) this.#deps.flights.remove(flight)
      else if (flight.phase === 'started' || flight.phase === 'running') this.#lost(flight)
      else this.#deps.handOff.linkEnded(flight)
    }
  }

  linkUp(link: NodeLink, hello: Hello): void {
    for (const flight of this.#deps.flights.onNode(link.nodeId))
      if (!flight.over && flight.link === undefined) this.#found(flight, link, hello)
    void this.#stopStrangers(link, hello)
  }

  /** The node was taken out of the mesh: nothing will ever be heard of it. */
  nodeRemoved(nodeId: string): void {
    for (const flight of this.#deps.flights.onNode(nodeId)) {
      flight.link = undefined
      if (flight.over) this.#deps.flights.remove(flight)
      else if (flight.phase === 'started' || flight.phase === 'running') this.#interrupt(flight, removed())
      else this.#deps.handOff.linkEnded(flight)
    }
  }

  /** After a restart: an attempt of which the last coordinator heard last. */
  adopt(message: Message): void {
    const { flights, handOff, registry, clock, interruptedAfterMs } = this.#deps
    const { attempt, node_id: nodeId = '' } = message
    const phase = message.state === 'running' ? 'running' : 'started'
    const flight = new Flight({ clock }, { message, attempt, nodeId, phase })
    if (message.state === 'offered') {
      const error = new MeshError('draining', 'The coordinator restarted before the node was told to start.')
      // Until it is back in the queue its conversation waits: a later message must not pass it.
      flights.add(flight)
      void handOff.end(flight, { type: 'refused', attempt, error: error.toBody() })
      return
    }
    const given = message.attempts.find(({ number }) => number === attempt)
    // Not the node's last known life: it may have come back in another one just before we went down.
    flight.life = given?.life
    flight.stopAsked = message.cancel_requested_at !== undefined
    flights.add(flight)
    if (!registry.find(nodeId)) {
      this.#interrupt(flight, removed())
      return
    }
    this.#lost(flight)
    // Its time went on while nobody counted, but the node gets the chance to tell of a turn that ended in time.
    const startedAt = given?.started_at ?? message.updated_at
    const timeoutMs = message.timeout_s * 1_000
    // No more than all of it, when the clock was set back since.
    const leftMs = Math.min(timeoutMs, Date.parse(startedAt) + timeoutMs - clock.now())
    handOff.armDeadline(flight, Math.max(leftMs, interruptedAfterMs), message.timeout_s)
  }

  #lost(flight: Flight): void {
    const { transitions, interruptedAfterMs } = this.#deps
    void transitions.apply(flight.messageId, { type: 'node_lost', attempt: flight.attempt })
    flight.arm('lost', interruptedAfterMs, () => this.#interrupt(flight, silent(interruptedAfterMs)))
  }

  #found(flight: Flight, link: NodeLink, hello: Hello): void {
    const { handOff, transitions } = this.#deps
    if (flight.phase !== 'started' && flight.phase !== 'running') return
    const { attempt } = flight
    const listed = (refs: readonly AttemptRef[]): boolean => refs.some((ref) => isOf(flight, ref))
    if (listed(hello.begun) || listed(hello.results)) {
      flight.link = link
      flight.disarm('lost')
      // Both lists come from the node's journal, which it writes when it begins.
      flight.phase = 'running'
      void transitions.apply(flight.messageId, { type: 'node_back', attempt })
      if (flight.stopAsked) handOff.askToStop(flight)
      return
    }
    if (flight.life !== undefined && flight.life === lifeIn(hello)) {
      const error = new MeshError('coordinator_unreachable', 'The link ended before the node heard that it may start.')
      void handOff.end(flight, { type: 'never_began', attempt, error: error.toBody() })
    } else this.#interrupt(flight, forgotten())
  }

  #interrupt(flight: Flight, error: MeshError): void {
    const { attempt } = flight
    void this.#deps.handOff.end(flight, { type: 'interrupt', attempt, error: error.toBody() })
  }

  /** Turns that run for nobody: cancelled or ended while the node was away. */
  async #stopStrangers(link: NodeLink, hello: Hello): Promise<void> {
    const { store, flights, log } = this.#deps
    for (const ref of hello.begun) {
      if (!link.open) return
      const flight = flights.get(ref.message_id)
      if (flight && isOf(flight, ref)) continue
      try {
        const message = await store.get(ref.message_id)
        const wanted =
          message?.attempt === ref.attempt && maybeWithNode.includes(message.state) && !message.cancel_requested_at
        if (wanted) continue
        const reason = message?.state === 'expired' ? 'expired' : 'cancelled'
        link.send({ type: 'cancel', message_id: ref.message_id, attempt: ref.attempt, reason })
      } catch (error) {
        log.error({ node: link.nodeId, err: error }, 'What a node works on could not be looked up.')
        return
      }
    }
  }
}

const hint = 'It may have done some of its work. Look at that machine before you send it again.'
const silent = (ms: number): MeshError =>
  new MeshError('message_interrupted', `Nothing was heard of its node for ${Math.round(ms / 1_000)} s.`, { hint })
const forgotten = (): MeshError =>
  new MeshError('message_interrupted', 'Its node restarted and cannot tell what became of it.', { hint })
const removed = (): MeshError =>
  new MeshError('message_interrupted', 'Its node was removed from the mesh while working on it.', { hint })
