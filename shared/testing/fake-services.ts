/** Coordinator services that do what a test tells them, for the doors in front of them. Streams and events are the real ones. */
import type { MeshEvent } from '../contract/event.ts'
import { stateEvent } from '../contract/event.ts'
import { type ErrorBody, MeshError } from '../contract/error.ts'
import {
  hasEnded,
  type Message,
  type MessagePage,
  type MessageState,
  type ResolveAction,
  type SendMessage,
} from '../contract/message.ts'
import type { MeshNode, NodeChange } from '../contract/node.ts'
import type { Caller } from '../core/coordinator/caller.ts'
import { MeshEventLog } from '../core/coordinator/event-log.ts'
import { MessageStream } from '../core/coordinator/message-stream.ts'
import type { CoordinatorServices, MessageService, NodeService, SendOptions } from '../core/coordinator/services.ts'
import { type Clock, isoTime } from '../core/platform/clock.ts'
import type { MessageFilter } from '../core/storage/store.ts'
import { replayOf } from '../domain/message/replay.ts'
import { summarise } from '../domain/message/summary.ts'
import { aMessage, aNode } from './builders.ts'

export interface SentCall {
  readonly input: SendMessage
  readonly caller: Caller
  readonly options: SendOptions
}

const notThere = (id: string): MeshError => new MeshError('message_not_found', `There is no message ${id}.`)
const isSettled = (state: MessageState): boolean => hasEnded(state) || state === 'interrupted'

/** Messages go nowhere: the test moves them with `start`, `delta`, `succeed`, `fail`, `become`. */
export class FakeMessages implements MessageService {
  readonly sent: SentCall[] = []
  readonly cancelled: string[] = []
  readonly listed: MessageFilter[] = []
  nextCursor: string | null = null
  /** What `send` throws next. */
  refuseWith: MeshError | undefined
  readonly #clock: Clock
  readonly #log: MeshEventLog
  readonly #messages = new Map<string, { message: Message; stream: MessageStream }>()
  readonly #keys = new Map<string, string>()
  readonly #waiting = new Set<() => void>()

  constructor(clock: Clock, log: MeshEventLog) {
    this.#clock = clock
    this.#log = log
  }

  async send(input: SendMessage, caller: Caller, options: SendOptions = {}) {
    this.sent.push({ input, caller, options })
    this.#wake()
    if (this.refuseWith) throw this.refuseWith
    const key = input.idempotency_key === undefined ? undefined : `${caller.tokenHash} ${input.idempotency_key}`
    const twin = [...this.#messages.values()].find(({ message }) => message.content === input.content)?.message.id
    const earlier = key === undefined ? undefined : this.#keys.get(key)
    const known = earlier ?? (options.attachWithinS === undefined ? undefined : twin)
    if (known !== undefined) return { message: await this.get(known), created: false }
    const id = `msg-${this.#messages.size + 1}`
    if (key !== undefined) this.#keys.set(key, id)
    const message = aMessage({ id, content: input.content, created_at: isoTime(this.#clock), sender: caller.sender })
    this.#messages.set(id, { message, stream: new MessageStream() })
    this.become(id, {})
    return { message: await this.get(id), created: true }
  }

  async get(id: string): Promise<Message> {
    return this.#find(id).message
  }

  async list(filter: MessageFilter): Promise<MessagePage> {
    this.listed.push(filter)
    const messages = [...this.#messages.values()].map(({ message }) => summarise(message))
    return { messages, next_cursor: this.nextCursor }
  }

  async cancel(id: string): Promise<Message> {
    this.cancelled.push(id)
    this.become(id, { state: 'cancelled' })
    return this.get(id)
  }

  async resolve(id: string, action: ResolveAction): Promise<Message> {
    this.become(id, { state: action === 'rerun' ? 'queued' : 'failed' })
    return this.get(id)
  }

  async replay(id: string, caller: Caller, idempotencyKey?: string) {
    const old = await this.get(id)
    const again = replayOf(old, { id: `${id}-again`, at: isoTime(this.#clock) })
    const key = `${caller.tokenHash} ${idempotencyKey ?? ''}`
    const earlier = idempotencyKey === undefined ? undefined : this.#keys.get(key)
    if (earlier !== undefined) return { message: await this.get(earlier), created: false }
    this.#keys.set(key, again.id)
    this.#messages.set(again.id, { message: again, stream: new MessageStream() })
    this.become(again.id, {})
    return { message: again, created: true }
  }

  async conversation(id: string): Promise<never> {
    throw new MeshError('conversation_not_found', `There is no conversation ${id}.`)
  }

  async *follow(id: string, { after = 0, signal }: { readonly after?: number; readonly signal: AbortSignal }) {
    const { stream } = this.#find(id)
    for (let n = after; !signal.aborted;) {
      const next = stream.next(n)
      if (next) yield next
      else if (stream.settled) return
      else await stream.changed(signal)
      n = next?.n ?? n
    }
  }

  async settled(id: string, signal: AbortSignal): Promise<Message> {
    await this.until(() => signal.aborted || isSettled(this.#find(id).message.state), signal)
    return this.get(id)
  }

  async stats() {
    return {
      nodes: { total: 0, online: 0, busy: 0, offline: 0 },
      messages: {
        queued: 0,
        running: 0,
        succeeded_24h: 0,
        failed_24h: 0,
        per_minute: Array.from({ length: 60 }, () => 0),
      },
      uptime_s: 1,
      version: '0.0.0-test',
    }
  }

  start(id: string, node = { id: 'node-1', name: 'linux-1' }): void {
    const at = isoTime(this.#clock)
    const attempt = { number: 1, node_id: node.id, node_name: node.name, offered_at: at, started_at: at, charged: true }
    this.become(id, { state: 'started', node_id: node.id, node_name: node.name, attempt: 1, attempts: [attempt] })
  }

  delta(id: string, offset: number, text: string): void {
    const data = { message_id: id, attempt: 1, offset, text }
    this.#find(id).stream.pushPart({ type: 'message.delta', at: isoTime(this.#clock), data })
  }

  succeed(id: string, response: string): void {
    this.become(id, { state: 'succeeded', response })
  }

  fail(id: string, error: ErrorBody): void {
    this.become(id, { state: 'failed', error })
  }

  /** Changes the message and tells it as the coordinator would. */
  become(id: string, change: Partial<Message>): void {
    const entry = this.#find(id)
    entry.message = { ...entry.message, ...change }
    const { message, stream } = entry
    const event = this.#log.append({ type: stateEvent(message.state), data: { message: summarise(message) } })
    const { response } = message
    const whole = response === undefined ? event : { ...event, data: { ...event.data, response } }
    stream.push(whole as Parameters<MessageStream['push']>[0], isSettled(message.state))
    this.#wake()
  }

  /** Resolves once `condition` holds; looked at whenever something changes here. */
  async until(condition: () => boolean, signal?: AbortSignal): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.#waiting.delete(done)
          signal?.removeEventListener('abort', done)
          resolve()
        }
        this.#waiting.add(done)
        signal?.addEventListener('abort', done)
      })
    }
  }

  #find(id: string) {
    const found = this.#messages.get(id)
    if (!found) throw notThere(id)
    return found
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done()
  }
}

export class FakeNodes implements NodeService {
  nodes: MeshNode[] = [aNode()]
  readonly heartbeats: unknown[] = []

  list(): MeshNode[] {
    return this.nodes
  }

  get(idOrName: string): MeshNode {
    const node = this.nodes.find(({ id, name }) => id === idOrName || name === idOrName)
    if (!node) throw new MeshError('node_not_found', `There is no node ${idOrName}.`)
    return node
  }

  async register({ name }: { readonly name: string }) {
    return { node_id: 'node-2', name, token: 'cm_node_fake' }
  }

  async update(idOrName: string, { name, admin, tags }: NodeChange): Promise<MeshNode> {
    const before = this.get(idOrName)
    const { name: oldName, admin: oldAdmin, admin_tags: oldTags } = before
    const after = { ...before, name: name ?? oldName, admin: admin ?? oldAdmin, admin_tags: tags ?? oldTags }
    this.nodes = this.nodes.map((node) => (node.id === before.id ? after : node))
    return after
  }

  async remove(nodeId: string): Promise<void> {
    this.nodes = this.nodes.filter(({ id }) => id !== nodeId)
  }

  heartbeat(nodeId: string, report: object): void {
    this.heartbeats.push({ nodeId, ...report })
  }
}

export interface FakeServices extends CoordinatorServices {
  readonly messages: FakeMessages
  readonly nodes: FakeNodes
  readonly events: MeshEventLog
  /** Node ids of accepted links. */
  readonly linked: string[]
  /** Reasons not to be ready. */
  readonly unready: string[]
  tell(nodeId: string): MeshEvent
}

export function fakeServices(clock: Clock, tokens: CoordinatorServices['tokens']): FakeServices {
  const events = new MeshEventLog({ bootId: 'boot-1', clock })
  const linked: string[] = []
  const unready: string[] = []
  return {
    messages: new FakeMessages(clock, events),
    nodes: new FakeNodes(),
    events,
    tokens,
    linked,
    unready,
    links: {
      acceptLink: (socket, nodeId) => {
        linked.push(nodeId)
        socket.send(JSON.stringify({ accepted: nodeId }))
      },
    },
    readiness: () => unready,
    tell: (id) => events.append({ type: 'node.updated', data: { node: aNode({ id }) } }),
  }
}
