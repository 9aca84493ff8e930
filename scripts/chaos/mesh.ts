/** The mesh of a run as real processes: a coordinator, and per node a host, a gateway and an agent, with relays between them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { eventually } from '../../shared/testing/command.ts'
import type { HostOrder } from './host.ts'
import { Member } from './member.ts'
import { launcher, layCable, newNamespace } from './namespaces.ts'
import { agentAsks, agentDials, clientDials, coordinatorAt, gatewayAt, nearEnd, urlOf } from './places.ts'
import { Wire } from './wire.ts'

export interface MeshOptions {
  readonly folder: string
  readonly nodes: number
  readonly slots: number
  readonly seed: number | string
  /** A process ended that nobody killed. */
  readonly ended: (why: string) => void
}

export interface ChaosNode {
  readonly name: string
  readonly hostPid: number
  readonly agent: Member
  readonly gateway: Member
  /** Its cable, at the coordinator's end. */
  readonly near: Wire
  readonly order: (order: HostOrder) => Promise<void>
}

export interface ChaosMesh {
  readonly coordinator: Member
  readonly nodes: readonly ChaosNode[]
  /** Between the client and the coordinator. */
  readonly clientWire: Wire
  readonly token: string
  readonly turnLogs: readonly string[]
  ready(): Promise<void>
  stop(): Promise<void>
}

const root = path.resolve(import.meta.dirname, '../..')
export const claw = path.join(root, 'shared/cli/claw-mesh.js')
const script = (name: string): string => path.join(import.meta.dirname, name)
const readyWithinMs = 20_000

export async function startMesh(options: MeshOptions): Promise<ChaosMesh> {
  const { folder, seed } = options
  const member = makeMember(options)
  const coordinator = member('coordinator', upCommand())
  coordinator.start()
  await ready()
  const secret = (name: string): string => readFileSync(path.join(folder, 'coordinator/data', name), 'utf8').trim()
  const clientWire = await Wire.start(clientDials, coordinatorAt, `${seed} client`)
  const hosts: ChildProcess[] = []
  const nodes = await Promise.all(
    Array.from({ length: options.nodes }, async (_, number): Promise<ChaosNode> => {
      const host = await startHost(number, seed)
      hosts.push(host.child)
      const name = `host-${number + 1}`
      const near = await Wire.start(nearEnd(number), coordinatorAt, `${seed} near ${number}`)
      const there = launcher(host.pid)
      const gateway = member(`${name}-gateway`, [
        ...there,
        ...[process.execPath, script('counting-gateway.ts'), String(gatewayAt.port), name, turnLog(folder, name)],
      ])
      const join = ['join', urlOf(agentDials), '--name', name, '--token', secret('join.token'), '--json']
      const asks = ['--gateway', 'openai', '--gateway-url', `${urlOf(agentAsks)}/v1`]
      const agent = member(name, [...there, process.execPath, claw, ...join, ...asks])
      gateway.start()
      agent.start()
      return { name, hostPid: host.pid, agent, gateway, near, order: host.order }
    }),
  )
  return {
    coordinator,
    nodes,
    clientWire,
    token: secret('admin.token'),
    turnLogs: nodes.map(({ name }) => turnLog(folder, name)),
    ready,
    stop: async () => {
      await Promise.all(
        [coordinator, ...nodes.flatMap(({ agent, gateway }) => [agent, gateway])].map((one) => one.kill()),
      )
      for (const host of hosts) host.kill('SIGKILL')
      for (const wire of [clientWire, ...nodes.map(({ near }) => near)]) wire.cut()
    },
  }
}

const turnLog = (folder: string, name: string): string => path.join(folder, `${name}.turns`)

export const upCommand = (): string[] => [
  ...launcher(),
  ...[process.execPath, claw, 'up', '--no-local', '--port', String(coordinatorAt.port), '--json'],
]

export function makeMember({ folder, slots, ended }: Pick<MeshOptions, 'folder' | 'slots' | 'ended'>) {
  return (name: string, command: readonly string[], userHome?: string): Member => {
    const home = path.join(folder, name)
    mkdirSync(home, { recursive: true })
    writeFileSync(path.join(home, 'settings.yaml'), `gateway:\n  slots: ${slots}\n`)
    const env = { PATH: process.env['PATH'] ?? '', LANG: 'en_US.UTF-8', HOME: userHome ?? home, CLAW_MESH_HOME: home }
    return new Member({ name, command, env, log: path.join(folder, `${name}.log`), ended })
  }
}

export async function ready(): Promise<void> {
  await eventually(
    async () => (await fetch(`${urlOf(coordinatorAt)}/readyz`).catch(() => undefined))?.status,
    (status) => status === 200,
    readyWithinMs,
  )
}

async function startHost(node: number, seed: number | string) {
  const [program, ...args] = [...newNamespace(), process.execPath, script('host.ts'), String(node), String(seed)]
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  await once(child, 'spawn')
  const pid = child.pid!
  // Orders are obeyed one by one, so each answer is that to the oldest.
  let last: Promise<unknown> = Promise.resolve()
  const order = async (what: HostOrder): Promise<void> => {
    const done = last.then(async () => {
      const answered = once(child, 'message')
      child.send(what)
      await answered
    })
    last = done
    await done
  }
  // An answer shows that the program runs, and so that its namespace is there.
  await order({ do: 'mend', wire: 'link' })
  layCable(node, pid)
  await order({ do: 'open' })
  return { child, pid, order }
}
