/**
 * The links of all nodes: who may have one, which one is a node's current one, and who hears what comes over it.
 * Frames count on the current link only.
 */
import type { WebSocket } from 'ws'
import { MeshError } from '../../contract/error.ts'
import { linkProtocol, oldestLinkProtocol } from '../../contract/limits.ts'
import type { AgentFrame, AttemptRef, Hello } from '../../contract/link.ts'
import type { AttemptResult } from '../../domain/message/events.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { NodeLink } from './node-link.ts'
import type { NodeRegistry } from './node-registry.ts'
import { ResultParts } from './result-parts.ts'
import type { LinkAcceptor } from './services.ts'

/** Frames about attempts, which the dispatcher answers; results come joined. */
export type AttemptFrame = Extract<AgentFrame, { readonly type: 'accept' | 'refuse' | 'begun' | 'delta' | 'tool' }>

export interface LinkListener {
  /** The link is its node's current one, and the node has been welcomed. */
  linkUp(link: NodeLink, hello: Hello): void
  /** The agent stops in order: it said `begun` of all that it began, and begins nothing more. */
  goodbye(link: NodeLink): void
  /** Nothing more comes or goes over it. */
  linkDown(link: NodeLink): void
  frame(link: NodeLink, frame: AttemptFrame): void
  result(link: NodeLink, attempt: AttemptRef, result: AttemptResult): void
}

export interface LinkServerDeps {
  readonly registry: Pick<
    NodeRegistry,
    'find' | 'watch' | 'heartbeat' | 'setCapabilities' | 'rememberLife' | 'linkUp' | 'linkDown'
  >
  readonly listener: LinkListener
  readonly clock: Clock
  readonly log: Log
  readonly bootId: string
  readonly version: string
}

const helloWithinMs = 5_000
/** How long the link of another agent with the same id has to show that it lives. */
const probeMs = 2_000
/** Sockets of one node at once: its link, one that takes over, and what a flapping network left. */
const maxSocketsPerNode = 8

interface Session {
  readonly link: NodeLink
  readonly parts: ResultParts
  hello: Hello | undefined
  cancelHelloTimer: () => void
}

export class LinkServer implements LinkAcceptor {
  readonly #deps: LinkServerDeps
  readonly #sessions = new Set<Session>()
  /** Also those that ended and still have to close their socket. */
  readonly #sockets = new Set<NodeLink>()
  readonly #current = new Map<string, Session>()
  /** Per node, the greeting under way: the next one waits for it. */
  readonly #greeting = new Map<string, Promise<void>>()
  #unwatch: () => void = () => undefined
  #stopping = false

  constructor(deps: LinkServerDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#unwatch = this.#deps.registry.watch({
      removed: (nodeId) => {
        for (const { link } of [...this.#sessions]) if (link.nodeId === nodeId) link.reject(wasRemoved(nodeId), true)
      },
    })
  }

  /** Tells every node to come back later; resolves when their sockets are gone. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#unwatch()
    for (const { link } of [...this.#sessions]) link.reject(stoppingNow(), false)
    await Promise.all([...this.#sockets].map((link) => link.gone))
  }

  /** The node's current link. */
  linkOf(nodeId: string): NodeLink | undefined {
    return this.#current.get(nodeId)?.link
  }

  acceptLink(socket: WebSocket, nodeId: string): void {
    const { clock, log } = this.#deps
    const session: Session = {
      link: new NodeLink({
        socket,
        nodeId,
        clock,
        log,
        onFrame: (frame) => this.#frame(session, frame),
        onClosed: () => this.#closed(session),
      }),
      parts: new ResultParts(),
      hello: undefined,
      cancelHelloTimer: clock.after(helloWithinMs, () => session.link.reject(noHello(), false)),
    }
    const others = [...this.#sessions].filter(({ link }) => link.nodeId === nodeId).length
    this.#sessions.add(session)
    this.#sockets.add(session.link)
    void session.link.gone.then(() => this.#sockets.delete(session.link))
    session.link.start()
    if (this.#stopping) session.link.reject(stoppingNow(), false)
    else if (others >= maxSocketsPerNode) session.link.reject(tooMany(nodeId), false)
  }

  #frame(session: Session, frame: AgentFrame): void {
    const { link } = session
    if (!session.hello) {
      if (frame.type !== 'hello') throw new MeshError('bad_frame', `type: hello was due first, not ${frame.type}.`)
      session.hello = frame
      session.cancelHelloTimer()
      this.#queueGreeting(session, frame)
    } else if (frame.type === 'hello' || this.#current.get(link.nodeId) !== session) {
      const why = frame.type === 'hello' ? 'a second hello' : 'not on the current link'
      this.#deps.log.warn({ node: link.nodeId, frame: frame.type, why }, 'A frame out of order was ignored.')
    } else this.#take(session, frame)
  }

  #take({ link, parts }: Session, frame: Exclude<AgentFrame, Hello>): void {
    const { registry, listener, log } = this.#deps
    switch (frame.type) {
      case 'heartbeat':
        registry.heartbeat(link.nodeId, frame)
        break
      case 'capabilities':
        registry.setCapabilities(link.nodeId, frame.capabilities)
        break
      case 'bye':
        log.info({ node: link.nodeId, reason: frame.reason }, 'A node says goodbye.')
        listener.goodbye(link)
        link.close()
        break
      case 'result': {
        const result = parts.add(frame)
        if (result) listener.result(link, { message_id: frame.message_id, attempt: frame.attempt }, result)
        break
      }
      default:
        listener.frame(link, frame)
    }
  }

  #queueGreeting(session: Session, hello: Hello): void {
    const { nodeId } = session.link
    const before = this.#greeting.get(nodeId) ?? Promise.resolve()
    const greeting = before
      .then(() => this.#greet(session, hello))
      .catch((error: unknown) => {
        this.#deps.log.error({ node: nodeId, err: error }, 'A node could not be welcomed.')
        session.link.reject(MeshError.wrap(error), false)
      })
      .finally(() => {
        if (this.#greeting.get(nodeId) === greeting) this.#greeting.delete(nodeId)
      })
    this.#greeting.set(nodeId, greeting)
  }

  async #greet(session: Session, hello: Hello): Promise<void> {
    const { registry, listener, log, bootId, version } = this.#deps
    const { link } = session
    const { nodeId } = link
    const refusal = refusalOf(nodeId, hello)
    if (refusal) {
      link.reject(refusal, true)
      return
    }
    const rival = this.#current.get(nodeId)
    if (rival && rival.hello?.instance !== hello.instance && (await rival.link.probe(probeMs))) {
      log.warn({ node: nodeId }, 'A second agent with the id of a linked node was turned down.')
      link.reject(idInUse(nodeId), true)
      return
    }
    await registry.rememberLife(nodeId, hello)
    if (!link.open) return
    if (!registry.find(nodeId)) {
      link.reject(wasRemoved(nodeId), true)
      return
    }
    this.#dropCurrent(nodeId)
    const { name } = registry.linkUp(hello)
    this.#current.set(nodeId, session)
    const protocol = Math.min(hello.protocol, linkProtocol)
    link.send({ type: 'welcome', protocol, coordinator_boot_id: bootId, node_id: nodeId, name, version })
    log.info({ node: nodeId, name, version: hello.version }, 'A node is linked.')
    listener.linkUp(link, hello)
  }

  /** A newer link takes the place of the node's current one; the node was not offline in between. */
  #dropCurrent(nodeId: string): void {
    const old = this.#current.get(nodeId)
    if (!old) return
    this.#current.delete(nodeId)
    this.#deps.listener.linkDown(old.link)
    old.link.terminate()
  }

  #closed(session: Session): void {
    const { nodeId } = session.link
    session.cancelHelloTimer()
    this.#sessions.delete(session)
    if (this.#current.get(nodeId) !== session) return
    this.#current.delete(nodeId)
    this.#deps.log.info({ node: nodeId }, 'The link of a node has ended.')
    this.#deps.listener.linkDown(session.link)
    this.#deps.registry.linkDown(nodeId)
  }
}

function refusalOf(nodeId: string, hello: Hello): MeshError | undefined {
  if (hello.node_id !== nodeId)
    return new MeshError('forbidden', `node_id: this token acts for ${nodeId}, not for ${hello.node_id}.`, {
      hint: 'Run `claw-mesh leave` and `claw-mesh join` on that machine.',
    })
  if (hello.protocol > linkProtocol || hello.protocol < oldestLinkProtocol) {
    const spoken = [...new Set<number>([oldestLinkProtocol, linkProtocol])].join(' to ')
    return new MeshError(
      'protocol_mismatch',
      `The agent speaks version ${hello.protocol} of the link, this coordinator ${spoken}.`,
      {
        hint: `Update claw-mesh on the ${hello.protocol > linkProtocol ? 'coordinator' : 'node'}.`,
        details: { agent: hello.protocol, coordinator: linkProtocol, oldest: oldestLinkProtocol },
      },
    )
  }
  return undefined
}

const noHello = (): MeshError =>
  new MeshError('bad_frame', `No hello came within ${helloWithinMs / 1_000} s.`, {
    hint: 'The agent sends `hello` as soon as the link is open.',
  })
const idInUse = (nodeId: string): MeshError =>
  new MeshError('node_id_in_use', `Another running agent is linked as ${nodeId}.`, {
    hint: 'Stop the other agent, or run `claw-mesh leave` and `claw-mesh join` here to get an id of its own.',
  })
const wasRemoved = (nodeId: string): MeshError =>
  new MeshError('node_removed', `Node ${nodeId} was removed from the mesh.`, {
    hint: 'Run `claw-mesh join` on that machine to add it again.',
  })
const tooMany = (nodeId: string): MeshError =>
  new MeshError('rate_limited', `${nodeId} has ${maxSocketsPerNode} links open already.`)
const stoppingNow = (): MeshError =>
  new MeshError('draining', 'The coordinator is stopping.', { hint: 'The agent dials again by itself.' })
