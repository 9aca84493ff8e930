/** A whole mesh in one process: real coordinator, real agents, real sockets and files. Only the gateways are fakes. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { WebSocket } from 'ws'
import { expect } from 'vitest'
import type { ErrorBody } from '../contract/error.ts'
import type { MeshEvent } from '../contract/event.ts'
import type { Message, MessageState, SendMessage } from '../contract/message.ts'
import type { MeshNode } from '../contract/node.ts'
import { type MeshHttp, openHttp } from '../core/client/http-client.ts'
import { type Coordinator, startCoordinator } from '../core/coordinator/coordinator.ts'
import { silentLog } from '../core/platform/log.ts'
import { adminToken, joinToken, passwordHash } from './door-bench.ts'
import { Relay } from './relay.ts'
import { RigNode, type RigNodeOptions } from './rig-node.ts'

export interface Answer<T = unknown> {
  readonly status: number
  readonly headers: Headers
  readonly body: T
}

interface Asked {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** The admin's unless the test says otherwise; null for none. */
  readonly token?: string | null
}

export interface MeshRigOptions {
  readonly interruptedAfterMs?: number
  /** The database, in place of one in the rig's own folder. */
  readonly file?: string
}

export class MeshRig {
  readonly #dir: string
  readonly #options: MeshRigOptions
  readonly #nodes: RigNode[] = []
  readonly #relays: Relay[] = []
  readonly #sockets: WebSocket[] = []
  readonly #rejections: unknown[] = []
  readonly #rejected = (reason: unknown): void => void this.#rejections.push(reason)
  #coordinator: Coordinator | undefined

  private constructor(dir: string, options: MeshRigOptions) {
    this.#dir = dir
    this.#options = options
    process.on('unhandledRejection', this.#rejected)
  }

  static async start(options: MeshRigOptions = {}): Promise<MeshRig> {
    const rig = new MeshRig(await mkdtemp(path.join(os.tmpdir(), 'mesh-')), options)
    await rig.startCoordinator()
    return rig
  }

  get coordinator(): Coordinator {
    if (!this.#coordinator) throw new Error('no coordinator was started')
    return this.#coordinator
  }

  get url(): string {
    return this.coordinator.url
  }

  /** The typed client, as the command has it. */
  open(token: string = adminToken): MeshHttp {
    return openHttp({ url: this.url, token })
  }

  /** On the file and, after the first time, the port it had before. */
  async startCoordinator(): Promise<void> {
    this.#coordinator = await startCoordinator({
      file: path.join(this.#dir, 'coordinator.db'),
      port: this.#coordinator?.port ?? 0,
      secrets: { adminToken, joinToken, passwordHash },
      version: '0.1.0',
      retentionDays: 30,
      log: silentLog,
      ...this.#options,
    })
  }

  /** Started and linked. */
  async node(name: string, options: Partial<RigNodeOptions> = {}): Promise<RigNode> {
    const node = await this.machine(name, options)
    await node.start()
    await node.linked()
    return node
  }

  /** Not started yet. */
  async machine(name: string, options: Partial<RigNodeOptions> = {}): Promise<RigNode> {
    const node = await RigNode.create({ name, coordinatorUrl: this.url, joinToken, ...options })
    this.#nodes.push(node)
    return node
  }

  async relay(): Promise<Relay> {
    const relay = await Relay.start(this.coordinator.port)
    this.#relays.push(relay)
    return relay
  }

  /** A raw WebSocket to the coordinator, closed with the rig. */
  socket(route: string, headers: Readonly<Record<string, string>> = {}): WebSocket {
    const socket = new WebSocket(`ws://127.0.0.1:${this.coordinator.port}${route}`, { headers: { ...headers } })
    socket.on('error', () => undefined)
    this.#sockets.push(socket)
    return socket
  }

  async ask<T = { error: ErrorBody }>(method: string, route: string, asked: Asked = {}): Promise<Answer<T>> {
    const { body, headers, token = adminToken } = asked
    const response = await fetch(this.url + route, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : undefined) as T }
  }

  /** Sends and does not wait: the message's id. */
  async send(message: SendMessage | string, token: string = adminToken): Promise<string> {
    const body = typeof message === 'string' ? { content: message } : message
    const headers = { prefer: 'respond-async' }
    const answer = await this.ask<{ message_id: string }>('POST', '/api/v1/route', { body, headers, token })
    expect(answer.status, JSON.stringify(answer.body)).toBe(202)
    return answer.body.message_id
  }

  async message(id: string): Promise<Message> {
    return (await this.ask<Message>('GET', `/api/v1/messages/${id}`)).body
  }

  /** The message once it has come to that state, read like anybody would read it. */
  reaches(id: string, state: MessageState): Promise<Message> {
    const look = async (): Promise<Message | undefined> => {
      const message = await this.message(id)
      return message.state === state ? message : undefined
    }
    return this.until(look, ({ data }) => 'message' in data && data.message.id === id)
  }

  nodeNamed(name: string): MeshNode | undefined {
    return this.coordinator.services.nodes.list().find((node) => node.name === name)
  }

  /** The node once it looks like that. */
  sees(name: string, looks: Partial<Pick<MeshNode, 'status' | 'condition' | 'in_flight'>>): Promise<MeshNode> {
    return this.until(() => {
      const node = this.nodeNamed(name)
      return node && Object.entries(looks).every(([field, value]) => node[field as keyof MeshNode] === value)
        ? node
        : undefined
    })
  }

  /** Looks now and after every event of the mesh that matters, until there is something to see. */
  async until<T>(
    look: () => Promise<T | undefined> | T | undefined,
    matters: (event: MeshEvent) => boolean = () => true,
  ): Promise<T> {
    for (;;) {
      const { promise, resolve } = Promise.withResolvers<undefined>()
      const unsubscribe = this.coordinator.services.events.subscribe((event) => {
        if (matters(event)) resolve(undefined)
      })
      try {
        const seen = await look()
        if (seen !== undefined) return seen
        await promise
      } finally {
        unsubscribe()
      }
    }
  }

  /** No run id reached a gateway more than once, on whichever machine. */
  expectEachRunOnce(): void {
    const begun = this.#nodes.flatMap(({ adapter }) => adapter.begun)
    expect(begun).toEqual([...new Set(begun)])
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate()
    for (const node of this.#nodes) await node.remove()
    for (const relay of this.#relays) await relay.stop()
    await this.coordinator.stop()
    process.off('unhandledRejection', this.#rejected)
    await rm(this.#dir, { recursive: true, force: true })
    expect(this.#rejections).toEqual([])
  }
}

/** A test in a mesh of its own, so that it can run beside others. */
export const inMesh = (test: (mesh: MeshRig) => Promise<void>) => async (): Promise<void> => {
  const mesh = await MeshRig.start()
  try {
    await test(mesh)
    mesh.expectEachRunOnce()
  } finally {
    await mesh.stop()
  }
}
