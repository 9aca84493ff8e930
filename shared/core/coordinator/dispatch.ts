/** The dispatcher with its parts: queue, flights, hand-off and what is done about lost nodes, over one store. */
import { defaultInterruptedAfterS } from '../../contract/limits.ts'
import type { MessageDelta, MessageTool } from '../../contract/event.ts'
import type { Message } from '../../contract/message.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { Store } from '../storage/store.ts'
import { Dispatcher } from './dispatcher.ts'
import { Exclusions } from './exclusions.ts'
import { FlightTable } from './flight.ts'
import { HandOff } from './hand-off.ts'
import { Lapses } from './lapses.ts'
import type { LinkListener } from './link-server.ts'
import { LostNodes } from './lost-nodes.ts'
import { MessageQueue } from './message-queue.ts'
import type { NodeLink } from './node-link.ts'
import type { NodeRegistry } from './node-registry.ts'
import { Transitions } from './transitions.ts'

export interface DispatchDeps {
  readonly store: Store
  readonly registry: NodeRegistry
  /** A node's current link. */
  readonly linkOf: (nodeId: string) => NodeLink | undefined
  readonly clock: Clock
  readonly log: Log
  readonly told: (part: MessageDelta | MessageTool) => void
  readonly moved: (message: Message) => void
  readonly interruptedAfterMs?: number | undefined
}

export interface Dispatch {
  readonly listener: LinkListener
  readonly dispatcher: Pick<Dispatcher, 'preview'>
  readonly queue: Pick<MessageQueue, 'size' | 'get'>
  /** Takes up what an earlier run left: waiting messages, and those that were with a node. */
  start(): Promise<void>
  /** Offers nothing more; results are still taken. */
  halt(): void
  /** Nothing is written any more when it resolves. */
  stop(): Promise<void>
}

export function createDispatch(deps: DispatchDeps): Dispatch {
  const { store, registry, clock, log } = deps
  const interruptedAfterMs = deps.interruptedAfterMs ?? defaultInterruptedAfterS * 1_000
  const queue = new MessageQueue()
  const exclusions = new Exclusions()
  const transitions = new Transitions({ store, clock, log })
  const flights = new FlightTable({ onCount: (nodeId, count) => registry.setInFlight(nodeId, count) })
  const handOff = new HandOff({
    ...deps,
    transitions,
    flights,
    turnedDown: (messageId, nodeId, reason) => exclusions.add(messageId, nodeId, reason, clock.now()),
  })
  const lostNodes = new LostNodes({ ...deps, transitions, flights, handOff, interruptedAfterMs })
  const dispatcher = new Dispatcher({ ...deps, transitions, queue, flights, exclusions, handOff })
  const lapses = new Lapses({ store, transitions, clock, log })
  const removed = (nodeId: string): void => {
    lostNodes.nodeRemoved(nodeId)
    // Somebody may have waited for that node alone.
    dispatcher.wake()
  }
  let unsubscribe: (() => void)[] = []

  return {
    dispatcher,
    queue,
    listener: {
      linkUp: (link, hello) => lostNodes.linkUp(link, hello),
      goodbye: (link) => lostNodes.goodbye(link),
      linkDown: (link) => lostNodes.linkDown(link),
      frame: (link, frame) => handOff.frame(link, frame),
      result: (link, attempt, result) => void handOff.result(link, attempt, result),
    },
    start: async () => {
      const unsettled = await store.unsettled()
      for (const message of await store.queued()) queue.put(message, clock.now())
      unsubscribe = [
        store.watch((change) => dispatcher.changed(change)),
        store.watch((change) => lapses.changed(change)),
        registry.watch({ changed: dispatcher.wake, removed }),
      ]
      for (const message of unsettled) if (message.state !== 'interrupted') lostNodes.adopt(message)
      dispatcher.start()
      await lapses.start()
    },
    halt: () => {
      dispatcher.stop()
      lapses.stop()
    },
    stop: async () => {
      dispatcher.stop()
      lapses.stop()
      for (const stop of unsubscribe) stop()
      flights.clear()
      await transitions.stop()
    },
  }
}
