/** The services of a coordinator over one store, without doors: what a test drives by hand, a port opens to others. */
import type { MeshError } from '../../contract/error.ts'
import { type MessageEvent, stateEvent } from '../../contract/event.ts'
import type { Message } from '../../contract/message.ts'
import { summarise } from '../../domain/message/summary.ts'
import type { Clock } from '../platform/clock.ts'
import { randomHex } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import type { Change, Store } from '../storage/store.ts'
import { createDispatch } from './dispatch.ts'
import { MeshEventLog } from './event-log.ts'
import { LinkServer } from './link-server.ts'
import { messageIds } from './message-ids.ts'
import { Messages } from './message-service.ts'
import { NodeRegistry } from './node-registry.ts'
import type { CoordinatorServices, TokenKeeper } from './services.ts'
import { SettledWaits } from './settled-waits.ts'
import { StreamHub } from './stream-hub.ts'

export interface BuildServicesDeps {
  readonly store: Store
  readonly tokens: TokenKeeper
  readonly clock: Clock
  readonly log: Log
  readonly version: string
  /** Silence of a node after which what it was working on counts as interrupted. */
  readonly interruptedAfterMs?: number | undefined
  /** So many hex digits of chance; handed in where a run must be repeatable. */
  readonly randomHex?: ((digits: number) => string) | undefined
  /** Why the store cannot be written now. */
  readonly trouble?: (() => MeshError | undefined) | undefined
}

export interface RunningServices {
  readonly services: CoordinatorServices
  /** Takes nothing more: no message, no link; those who follow something are let go. */
  halt(): Promise<void>
  /** After `halt`, and when nobody calls any more: the store can be closed when it resolves. */
  stop(): Promise<void>
}

/** Takes up what is in the store, and is ready for links and messages when it resolves. */
export async function buildServices(deps: BuildServicesDeps): Promise<RunningServices> {
  const { store, tokens, clock, log, version, interruptedAfterMs, randomHex: chance = randomHex } = deps
  let halted = false

  const events = new MeshEventLog({ bootId: chance(16), clock })
  const streams = new StreamHub({ store, seq: () => events.seq })
  const settledWaits = new SettledWaits()
  const tell = (type: MessageEvent['type'], message: Message): void => {
    const told = events.append({ type, data: { message: summarise(message) } })
    streams.event(told as MessageEvent, message)
  }
  const newNodeId = (): string => `node-${chance(16)}`
  const registry = new NodeRegistry({ store, tokens, clock, log, newNodeId, emit: (event) => events.append(event) })
  await registry.load()
  const [newest] = (await store.list({ limit: 1 })).messages

  const dispatch = createDispatch({
    store,
    registry,
    linkOf: (nodeId) => links.linkOf(nodeId),
    clock,
    log,
    told: (part) => streams.part(part),
    moved: (message) => tell('message.moved', message),
    interruptedAfterMs,
  })
  const links = new LinkServer({ registry, listener: dispatch.listener, clock, log, bootId: events.bootId, version })
  // Events first: what the dispatcher makes of a change is told after it.
  const unwatch = [
    store.watch((change) => tellChange(change, tell)),
    store.watch((change) => settledWaits.changed(change)),
  ]
  await dispatch.start()
  registry.start()
  links.start()

  const messages = new Messages({
    store,
    registry,
    dispatch,
    streams,
    settledWaits,
    clock,
    newMessageId: messageIds(clock, { chance, newest: newest?.id }),
    isDraining: () => halted,
    startedAt: clock.now(),
    version,
  })
  const readiness = (): string[] => {
    const trouble = deps.trouble?.()
    return [...(halted ? ['draining'] : []), ...(trouble ? [trouble.code] : [])]
  }
  return {
    services: { messages, nodes: registry, events, links, tokens, readiness },
    halt: async () => {
      halted = true
      dispatch.halt()
      await links.stop()
      streams.stop()
    },
    stop: async () => {
      await dispatch.stop()
      await registry.stop()
      for (const stop of unwatch) stop()
    },
  }
}

/** Every change of state is an event, and so is a new reason to wait. */
function tellChange(
  { message, previous, cause }: Change,
  tell: (type: MessageEvent['type'], message: Message) => void,
) {
  if (cause === 'waiting') {
    if (message.waiting) tell('message.waiting', message)
  } else if (message.state !== previous) tell(stateEvent(message.state), message)
}
