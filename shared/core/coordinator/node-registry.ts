/**
 * Who is in the mesh, in memory; the store is its memory across restarts. It knows which nodes are linked and how they
 * are doing, from what the link server and the dispatcher tell it, and tells everybody else.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Capabilities } from '../../contract/capabilities.ts'
import { MeshError } from '../../contract/error.ts'
import type { NodeEvent } from '../../contract/event.ts'
import type { Hello } from '../../contract/link.ts'
import type {
  GatewayReport,
  Load,
  MeshNode,
  NodeChange,
  NodeStatus,
  Registered,
  RegisterNode,
} from '../../contract/node.ts'
import { administered, type NodeAdmin, settledAdmin, unmanaged } from '../../domain/health/node-admin.ts'
import { resolveNode, uniqueName } from '../../domain/names.ts'
import { type Clock, isoTime } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { Store, StoredNode } from '../storage/store.ts'
import type { NewEvent } from './event-log.ts'
import { adminOf, asMeshNode, newRecord, type NodeRecord, statusNow, unseenGateway } from './node-record.ts'
import type { NodeService, TokenKeeper } from './services.ts'

/** More machines than any mesh has; a broken installer in a loop stops here. */
const maxNodes = 10_000
/** A change of nothing but load is told this often at most. */
const loadToldEveryMs = 1_000

export interface NodeRegistryDeps {
  readonly store: Pick<Store, 'nodes' | 'putNode' | 'removeNode'>
  readonly tokens: TokenKeeper
  readonly clock: Clock
  readonly log: Log
  readonly newNodeId: () => string
  readonly emit: (event: NewEvent) => void
}

export interface NodeWatcher {
  /** Something about it changed that may matter to who waits for a node. */
  readonly changed?: (nodeId: string) => void
  /** It was taken out of the mesh. */
  readonly removed?: (nodeId: string) => void
}

/** What tells one life of a node from another: while both stay, what the node's journal does not hold never began. */
export type NodeLife = Pick<Hello, 'host_boot_id' | 'journal_id'>
export const lifeIn = ({ host_boot_id, journal_id }: NodeLife): string => `${host_boot_id} ${journal_id}`

export class NodeRegistry implements NodeService {
  readonly #deps: NodeRegistryDeps
  readonly #records = new Map<string, NodeRecord>()
  readonly #watchers = new Set<NodeWatcher>()
  readonly #saves = new Set<Promise<void>>()

  constructor(deps: NodeRegistryDeps) {
    this.#deps = deps
  }

  async load(): Promise<void> {
    for (const stored of await this.#deps.store.nodes()) this.#records.set(stored.id, newRecord(stored))
  }

  /** Ends what was over before: pauses, and drains of nodes on which nothing runs. What runs is known by then. */
  start(): void {
    for (const record of this.#records.values()) this.#settleAdmin(record)
  }

  /** Writes down when nodes were last heard. */
  async stop(): Promise<void> {
    for (const record of this.#records.values()) {
      record.cancelUpdate?.()
      record.cancelPause?.()
      if (record.linked) this.#saveLater(record)
    }
    await Promise.all(this.#saves)
  }

  watch(watcher: NodeWatcher): () => void {
    this.#watchers.add(watcher)
    return () => void this.#watchers.delete(watcher)
  }

  list(): MeshNode[] {
    return [...this.#records.values()].map(asMeshNode)
  }

  find(nodeId: string): MeshNode | undefined {
    const record = this.#records.get(nodeId)
    return record && asMeshNode(record)
  }

  get(idOrName: string): MeshNode {
    const node = this.find(idOrName) ?? resolveNode(this.list(), idOrName)
    if (node) return node
    throw this.#notFound(idOrName)
  }

  #notFound(idOrName: string): MeshError {
    const names = this.list()
      .slice(0, 20)
      .map(({ name }) => name)
    return new MeshError('node_not_found', `There is no node "${idOrName.slice(0, 64)}".`, {
      hint: names.length === 0 ? 'No node has joined yet: run `claw-mesh join` on one.' : `Nodes: ${names.join(', ')}.`,
      details: { nodes: names },
    })
  }

  /** Of the node's last hello, also before a restart. */
  lifeOf(nodeId: string): string | undefined {
    const { host_boot_id, journal_id } = this.#records.get(nodeId)?.stored ?? {}
    return host_boot_id === undefined || journal_id === undefined ? undefined : lifeIn({ host_boot_id, journal_id })
  }

  async register(input: RegisterNode): Promise<Registered> {
    const { tokens, clock } = this.#deps
    const proven = this.#proven(input)
    const id = this.#grantId(input.proposed_id, proven !== undefined)
    const before = this.#records.get(id)
    if (!before && this.#records.size >= maxNodes)
      throw new MeshError('rate_limited', `The mesh has ${maxNodes} nodes, which is all it takes.`, {
        hint: 'Remove nodes that are gone: `claw-mesh nodes` lists them.',
      })
    const stored: StoredNode = {
      gateway: unseenGateway,
      registered_at: isoTime(clock),
      last_heartbeat: null,
      ...before?.stored,
      id,
      name: this.#uniqueName(id, before?.stored.admin?.name ?? input.name),
      capabilities: input.capabilities,
      version: input.version,
    }
    // In memory first: another machine that proposes the same id meanwhile must find it taken.
    if (before) before.stored = stored
    else this.#records.set(id, newRecord(stored))
    try {
      await this.#deps.store.putNode(stored)
      const token = proven ?? (await tokens.issue({ scope: 'node', sender: stored.name, node_id: id }))
      this.#tell(id, before ? 'node.updated' : 'node.registered')
      return { node_id: id, name: stored.name, token }
    } catch (error) {
      if (!before) this.#records.delete(id)
      throw error
    }
  }

  async update(idOrName: string, change: NodeChange): Promise<MeshNode> {
    const { id } = this.get(idOrName)
    const record = this.#records.get(id)
    if (!record) throw this.#notFound(idOrName)
    const before = record.stored
    const admin = administered(adminOf(record), change, this.#deps.clock.now())
    const name = change.name === undefined ? before.name : this.#uniqueName(id, change.name)
    this.#administer(record, admin, name)
    try {
      await this.#deps.store.putNode(record.stored)
    } catch (error) {
      // Nothing may look done that a restart would undo. What was reported meanwhile stays.
      if (record.stored.admin === admin) this.#administer(record, before.admin ?? unmanaged, before.name)
      throw error
    }
    return asMeshNode(record)
  }

  async remove(nodeId: string): Promise<void> {
    const { id } = this.get(nodeId)
    const record = this.#records.get(id)
    if (!record) return
    record.cancelUpdate?.()
    record.cancelPause?.()
    record.linked = false
    this.#refreshStatus(record)
    const node = asMeshNode(record)
    // Out of memory and off its link at once: no new link, no new offer, whatever the store does.
    this.#records.delete(id)
    for (const watcher of [...this.#watchers]) watcher.removed?.(id)
    await this.#deps.tokens.revokeNode(id)
    await this.#deps.store.removeNode(id)
    this.#deps.emit({ type: 'node.deregistered', data: { node } })
  }

  heartbeat(
    nodeId: string,
    report: {
      readonly status?: NodeStatus | undefined
      readonly load?: Load | undefined
      readonly gateway?: GatewayReport | undefined
    },
  ): void {
    const record = this.#records.get(nodeId)
    if (!record) throw this.#notFound(nodeId)
    const { load = record.load, gateway = record.stored.gateway } = report
    const loadChanged = !isDeepStrictEqual(load, record.load)
    const stateChanged = load.paused !== record.load.paused || !isDeepStrictEqual(gateway, record.stored.gateway)
    record.load = load
    record.stored = { ...record.stored, gateway, last_heartbeat: isoTime(this.#deps.clock) }
    if (stateChanged) this.#changed(record, 'at once')
    else if (loadChanged) this.#changed(record, 'soon')
  }

  /** Remembers on disk which life of the node this is: nothing may start there before. */
  async rememberLife(nodeId: string, { host_boot_id, journal_id }: NodeLife): Promise<void> {
    const record = this.#records.get(nodeId)
    if (!record) return
    const { stored } = record
    if (stored.host_boot_id === host_boot_id && stored.journal_id === journal_id) return
    await this.#deps.store.putNode({ ...stored, host_boot_id, journal_id })
  }

  linkUp(hello: Hello): MeshNode {
    const record = this.#records.get(hello.node_id)
    if (!record) throw new MeshError('node_removed', `Node ${hello.node_id} was removed from the mesh.`)
    const { capabilities, gateway, version, host_boot_id, journal_id } = hello
    const now = isoTime(this.#deps.clock)
    const name = this.#uniqueName(hello.node_id, adminOf(record).name ?? hello.name)
    const known = { name, capabilities, gateway, version, host_boot_id, journal_id, last_heartbeat: now }
    record.stored = { ...record.stored, ...known }
    record.load = hello.load
    record.linked = true
    this.#saveLater(record)
    this.#changed(record, 'at once')
    return asMeshNode(record)
  }

  linkDown(nodeId: string): void {
    const record = this.#records.get(nodeId)
    if (!record?.linked) return
    record.linked = false
    this.#saveLater(record)
    this.#changed(record, 'at once')
  }

  setCapabilities(nodeId: string, capabilities: Capabilities): void {
    const record = this.#records.get(nodeId)
    if (!record || isDeepStrictEqual(record.stored.capabilities, capabilities)) return
    record.stored = { ...record.stored, capabilities }
    this.#saveLater(record)
    this.#changed(record, 'at once')
  }

  setInFlight(nodeId: string, inFlight: number): void {
    const record = this.#records.get(nodeId)
    if (!record || record.in_flight === inFlight) return
    record.in_flight = inFlight
    this.#changed(record, 'soon')
    this.#settleAdmin(record)
  }

  #administer(record: NodeRecord, admin: NodeAdmin, name = record.stored.name): void {
    record.stored = { ...record.stored, name, admin }
    this.#changed(record, 'at once')
    this.#settleAdmin(record)
  }

  /** Ends a pause or a drain that is over; sees to it that a pause which is not will be. */
  #settleAdmin(record: NodeRecord): void {
    const { clock } = this.#deps
    record.cancelPause?.()
    record.cancelPause = undefined
    const admin = adminOf(record)
    const settled = settledAdmin(admin, { now: clock.now(), inFlight: record.in_flight })
    if (settled !== admin) {
      this.#administer(record, settled)
      this.#saveLater(record)
    } else if (admin.paused_until !== undefined) {
      const leftMs = Date.parse(admin.paused_until) - clock.now()
      record.cancelPause = clock.after(leftMs, () => this.#settleAdmin(record))
    }
  }

  /** The token shown, when it is this node's own. */
  #proven({ proposed_id, node_token }: RegisterNode): string | undefined {
    if (node_token === undefined) return undefined
    const caller = this.#deps.tokens.verify(node_token)
    return caller?.scope === 'node' && caller.nodeId === proposed_id ? node_token : undefined
  }

  #grantId(proposed: string | undefined, proven: boolean): string {
    if (proposed !== undefined && (proven || !this.#records.has(proposed))) return proposed
    for (;;) {
      const id = this.#deps.newNodeId()
      if (!this.#records.has(id)) return id
    }
  }

  #uniqueName(nodeId: string, name: string): string {
    const others = [...this.#records.values()].filter(({ stored }) => stored.id !== nodeId)
    return uniqueName(
      name,
      others.map(({ stored }) => stored.name),
    )
  }

  #changed(record: NodeRecord, tell: 'at once' | 'soon'): void {
    const { clock } = this.#deps
    const { id } = record.stored
    if (this.#refreshStatus(record)) this.#tell(id, `node.${record.status}`)
    else if (tell === 'at once') this.#tell(id, 'node.updated')
    else {
      const dueInMs = Math.max(0, record.toldAt + loadToldEveryMs - clock.now())
      record.cancelUpdate ??= clock.after(dueInMs, () => this.#tell(id, 'node.updated'))
    }
    for (const watcher of [...this.#watchers]) watcher.changed?.(id)
  }

  /** Whether the status is another one than was last told. */
  #refreshStatus(record: NodeRecord): boolean {
    const status = statusNow(record)
    if (status === record.status) return false
    record.status = status
    record.status_since = isoTime(this.#deps.clock)
    return true
  }

  #tell(nodeId: string, type: NodeEvent['type']): void {
    const record = this.#records.get(nodeId)
    if (!record) return
    record.cancelUpdate?.()
    record.cancelUpdate = undefined
    record.toldAt = this.#deps.clock.now()
    this.#deps.emit({ type, data: { node: asMeshNode(record) } })
  }

  #saveLater(record: NodeRecord): void {
    const { store, log } = this.#deps
    const save = store
      .putNode(record.stored)
      .catch((error: unknown) => {
        log.error({ node: record.stored.id, err: error }, 'What is known of a node could not be written.')
      })
      .finally(() => this.#saves.delete(save))
    this.#saves.add(save)
  }
}
