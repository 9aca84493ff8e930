/** Carries out a plan of faults on a mesh of processes, and mends each when its time is over. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Carried } from './measure.ts'
import type { Member } from './member.ts'
import type { ChaosMesh, ChaosNode } from './mesh.ts'
import { lose, loseNothing } from './namespaces.ts'
import type { Fault, NetworkKind } from './plan.ts'
import { undisturbed } from './wire.ts'

const disturbances: Partial<Record<Fault['kind'], typeof undisturbed>> = {
  delay: { delay_ms: 400, swapped_percent: 0 },
  reorder: { delay_ms: 0, swapped_percent: 30 },
}

/** Resolves when all are mended. Faults of one process wait for each other; those of different ones overlap. */
export async function carryOut(
  mesh: ChaosMesh,
  plan: readonly Fault[],
  told: (done: Carried) => void,
): Promise<Carried[]> {
  const began = performance.now()
  const locks = new Map<string, Promise<unknown>>()
  return Promise.all(
    plan.map(async (fault): Promise<Carried> => {
      await wait(fault.at_ms)
      const key = `${fault.target} ${fault.node}`
      const mine = (locks.get(key) ?? Promise.resolve()).then(() => strike(mesh, fault))
      locks.set(key, mine)
      const done = await mine
      told({ ...done, from: done.from - began, until: done.until - began })
      return done
    }),
  )
}

async function strike(mesh: ChaosMesh, fault: Fault): Promise<Carried> {
  const node = mesh.nodes[fault.node]!
  const name = fault.target === 'coordinator' ? undefined : node.name
  const from = performance.now()
  const mend = await begin(mesh, node, fault)
  await wait(fault.for_ms)
  const until = performance.now()
  await mend()
  return { fault, node: name, from, until }
}

type Mend = () => Promise<void> | void

async function begin(mesh: ChaosMesh, node: ChaosNode, { kind, target }: Fault): Promise<Mend> {
  const member = target === 'coordinator' ? mesh.coordinator : target === 'agent' ? node.agent : node.gateway
  switch (kind) {
    case 'kill':
      return target === 'gateway' ? killGateway(node) : kill(mesh, member)
    case 'stop':
      member.freeze()
      return () => member.thaw()
    case 'cut':
      return cut(mesh, node, target)
    case 'delay':
    case 'reorder': {
      const disturb = async (disturbance: typeof undisturbed): Promise<void> => {
        node.near.disturb(disturbance)
        await node.order({ do: 'disturb', disturbance })
      }
      await disturb(disturbances[kind] ?? undisturbed)
      return () => disturb(undisturbed)
    }
    case 'lose_in':
    case 'lose_out':
    case 'lose_all':
    case 'lose_some':
      return losing(node, kind)
  }
}

function losing(node: ChaosNode, kind: NetworkKind): Mend {
  lose(node.hostPid, kind)
  return () => loseNothing(node.hostPid)
}

async function kill(mesh: ChaosMesh, member: Member): Promise<Mend> {
  await member.kill()
  return async () => {
    member.start()
    if (member === mesh.coordinator) await mesh.ready()
  }
}

/** The relay before it goes with it, so that whoever dials is refused, as by a machine where nothing listens. */
async function killGateway({ gateway, order }: ChaosNode): Promise<Mend> {
  await Promise.all([gateway.kill(), order({ do: 'cut', wire: 'gateway' })])
  return async () => {
    gateway.start()
    await order({ do: 'mend', wire: 'gateway' })
  }
}

/** The coordinator loses everybody who is connected to it; an agent its link; a gateway whoever reads its answers. */
async function cut(mesh: ChaosMesh, node: ChaosNode, target: Fault['target']): Promise<Mend> {
  if (target === 'coordinator') {
    const wires = [mesh.clientWire, ...mesh.nodes.map(({ near }) => near)]
    for (const wire of wires) wire.cut()
    return async () => {
      await Promise.all(wires.map((wire) => wire.mend()))
    }
  }
  const wire = target === 'agent' ? 'link' : 'gateway'
  await node.order({ do: 'cut', wire })
  return () => node.order({ do: 'mend', wire })
}
