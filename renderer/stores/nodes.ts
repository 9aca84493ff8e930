/** The nodes of the mesh as the coordinator last told them. */
import type { Static } from 'typebox'
import { createStore } from 'zustand/vanilla'
import { MeshError } from '../../shared/contract/error.ts'
import type { NodeEvent } from '../../shared/contract/event.ts'
import type { MeshNode } from '../../shared/contract/node.ts'
import type { MeshClient, Procedures } from '../../shared/contract/procedures.ts'
import { PushQueue, type Reading } from './resource.ts'

export type NodeChange = Static<Procedures['nodes.update']['input']>

export interface NodesState extends Reading {
  /** By name. */
  readonly nodes: readonly MeshNode[]
  readonly load: () => Promise<void>
  /** Undefined when done: the node then changes by its event. Otherwise why not. */
  readonly update: (change: NodeChange) => Promise<MeshError | undefined>
  readonly remove: (nodeId: string) => Promise<MeshError | undefined>
  readonly apply: (event: NodeEvent) => void
  readonly clear: () => void
}

const maxHeldEvents = 5_000

export const createNodesStore = ({ client }: { readonly client: MeshClient }) =>
  createStore<NodesState>()((set, get) => {
    let reading = 0
    const queue = new PushQueue<NodeEvent>({
      apply: (event) => set({ nodes: applyNodeEvent(get().nodes, event) }),
      max: maxHeldEvents,
    })
    return {
      phase: 'loading',
      nodes: [],
      async load() {
        const mine = ++reading
        queue.hold()
        set({ phase: get().phase === 'ready' ? 'ready' : 'loading', error: undefined })
        try {
          const nodes = await client.call('nodes.list')
          if (mine !== reading) return
          set({ phase: 'ready', nodes: sorted(nodes) })
        } catch (error) {
          if (mine !== reading) return
          set({ phase: 'failed', error: MeshError.wrap(error) })
        }
        if (!queue.release()) await get().load()
      },
      update: (change) => outcome(client.call('nodes.update', change)),
      remove: (nodeId) => outcome(client.call('nodes.remove', { node_id: nodeId })),
      apply: (event) => queue.push(event),
      clear() {
        reading++
        queue.release()
        set({ phase: 'loading', nodes: [], error: undefined })
      },
    }
  })

const outcome = (call: Promise<unknown>): Promise<MeshError | undefined> =>
  call.then(
    () => undefined,
    (error: unknown) => MeshError.wrap(error),
  )

export type NodesStore = ReturnType<typeof createNodesStore>

export function applyNodeEvent(nodes: readonly MeshNode[], event: NodeEvent): readonly MeshNode[] {
  const { node } = event.data
  if (event.type === 'node.deregistered') return nodes.filter(({ id }) => id !== node.id)
  const at = nodes.findIndex(({ id }) => id === node.id)
  if (at < 0) return sorted([...nodes, node])
  const renamed = nodes[at]?.name !== node.name
  const next = nodes.with(at, node)
  return renamed ? sorted(next) : next
}

const byName = new Intl.Collator(undefined, { numeric: true })
const sorted = (nodes: readonly MeshNode[]): readonly MeshNode[] =>
  nodes.toSorted((a, b) => byName.compare(a.name, b.name) || (a.id < b.id ? -1 : 1))
