/** The coordinator's services over a real store in a folder of its own, on a clock that the test moves; no doors, no ports. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { MeshEvent } from '../contract/event.ts'
import type { Hello } from '../contract/link.ts'
import type { Message, SendMessage } from '../contract/message.ts'
import { buildServices, type RunningServices } from '../core/coordinator/build-services.ts'
import type { Caller } from '../core/coordinator/caller.ts'
import type { CoordinatorServices, SendOptions, TokenKeeper } from '../core/coordinator/services.ts'
import { silentLog } from '../core/platform/log.ts'
import { openSqliteStore, type StepFunction } from '../core/storage/sqlite-store.ts'
import type { Store } from '../core/storage/store.ts'
import { step as machineStep } from '../domain/message/machine.ts'
import { defaultPolicy, type MachinePolicy } from '../domain/message/retry.ts'
import { capabilities } from './builders.ts'
import { fakeClock } from './fake-clock.ts'
import { FakeLink } from './fake-link.ts'

export const theOwner: Caller = { scope: 'admin', sender: 'owner', tokenHash: 'hash-of-owner' }
export const anOperator: Caller = { scope: 'operator', sender: 'ann', tokenHash: 'hash-of-ann' }

/** Tokens that are what they say: `token of node-1`. */
class PlainTokens implements TokenKeeper {
  readonly #callers = new Map<string, Caller>()
  verify(token: string): Caller | undefined {
    return this.#callers.get(token)
  }
  async issue({ scope, sender, node_id }: Parameters<TokenKeeper['issue']>[0]): Promise<string> {
    const token = `token of ${node_id ?? sender}`
    this.#callers.set(token, { scope, sender, tokenHash: token, ...(node_id ? { nodeId: node_id } : {}) })
    return token
  }
  async revokeNode(nodeId: string): Promise<void> {
    this.#callers.delete(`token of ${nodeId}`)
  }
}

export class CoordinatorRig {
  readonly clock = fakeClock()
  readonly tokens = new PlainTokens()
  readonly events: MeshEvent[] = []
  readonly #dir: string
  readonly #policy: MachinePolicy
  #store!: Store
  #running!: RunningServices

  private constructor(dir: string, policy: Partial<MachinePolicy>) {
    this.#dir = dir
    this.#policy = { ...defaultPolicy, ...policy }
  }

  static async start(policy: Partial<MachinePolicy> = {}): Promise<CoordinatorRig> {
    const rig = new CoordinatorRig(await mkdtemp(path.join(os.tmpdir(), 'coordinator-')), policy)
    await rig.up()
    return rig
  }

  get services(): CoordinatorServices {
    return this.#running.services
  }

  get store(): Store {
    return this.#store
  }

  async up(): Promise<void> {
    const { clock, tokens } = this
    const step: StepFunction = (message, event, at) => machineStep(message, event, at, this.#policy)
    const file = path.join(this.#dir, 'coordinator.db')
    // Time stands still here, so nothing may wait for it.
    this.#store = await openSqliteStore({ file, clock, log: silentLog, step, laterMs: 0 })
    this.#running = await buildServices({ store: this.#store, tokens, clock, log: silentLog, version: '0.1.0' })
    this.services.events.subscribe((event) => this.events.push(event))
  }

  async down(): Promise<void> {
    await this.#running.halt()
    await this.#running.stop()
    await this.#store.close()
  }

  /** The process ends and another one takes over its files. */
  async restart(): Promise<void> {
    await this.down()
    await this.up()
  }

  async stop(): Promise<void> {
    await this.down()
    await rm(this.#dir, { recursive: true, force: true })
  }

  /** A registered node with its link up. Slots and abilities are in its hello. */
  async node(nodeId: string, hello: Partial<Hello> = {}): Promise<FakeLink> {
    const { nodes, links } = this.services
    if (!nodes.list().some(({ id }) => id === nodeId)) {
      await nodes.register({ name: nodeId, proposed_id: nodeId, capabilities: capabilities(), version: '0.1.0' })
    }
    return FakeLink.join(links, { node_id: nodeId, name: nodeId, ...hello })
  }

  async send(input: Partial<SendMessage> = {}, caller = theOwner, options: SendOptions = {}): Promise<Message> {
    return (await this.services.messages.send({ content: 'Hello', ...input }, caller, options)).message
  }

  /** The message once it has that state. */
  async when(messageId: string, fits: (message: Message) => boolean): Promise<Message> {
    return new Promise((resolve, reject) => {
      const look = (message: Message | undefined): void => {
        if (!message || !fits(message)) return
        off()
        resolve(message)
      }
      const off = this.#store.watch(({ message }) => look(message.id === messageId ? message : undefined))
      this.#store.get(messageId).then(look, reject)
    })
  }

  inState(messageId: string, state: Message['state']): Promise<Message> {
    return this.when(messageId, (message) => message.state === state)
  }

  /** Lets everything happen that waits for nothing but the store. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 8; turn++) await this.clock.settle()
  }
}
