/** One run: a mesh, its users and its misfortunes, all from one seed. The same seed gives the same run, to the last frame. */
import { silentLog } from '../../core/platform/log.ts'
import { planFaults } from './faults.ts'
import { checkPeace, isAtPeace } from './peace.ts'
import { type Mutation } from './mutations.ts'
import { Random } from './random.ts'
import { SimCoordinator } from './sim-coordinator.ts'
import { SimNode } from './sim-node.ts'
import { Users } from './users.ts'
import { VirtualTime } from './virtual-time.ts'
import { type Violation, Witness } from './witness.ts'
import { tracedLog, type World } from './world.ts'

export interface SimulateOptions {
  readonly seed: number
  readonly mutation?: Mutation | undefined
  /** Keep every event as a line. */
  readonly traced?: boolean
}

export interface Outcome {
  readonly seed: number
  readonly violation: Violation | undefined
  readonly trace: readonly string[]
  readonly figures: {
    readonly messages: number
    readonly turns: number
    readonly events: number
    readonly virtualMs: number
    readonly states: Readonly<Record<string, number>>
  }
}

/** What is left of the run after the last fault, at most: longer than any deadline, grace or backoff of the mesh. */
const peaceWithinMs = 600_000

export async function simulate({ seed, mutation, traced = false }: SimulateOptions): Promise<Outcome> {
  const time = new VirtualTime()
  const random = new Random(seed)
  const lines: string[] = []
  const trace: World['trace'] = traced
    ? (who, what) => void lines.push(`${(time.now / 1_000).toFixed(4).padStart(9)} ${who.padEnd(12)} ${what}`)
    : () => undefined
  const witness = new Witness(trace)
  const log: World['log'] = traced ? (who) => tracedLog(trace, who) : () => silentLog
  const world: World = { time, random, witness, mutation, trace, log }

  const coordinator = new SimCoordinator(world, random.pick([3_000, 15_000, 60_000]))
  witness.watch(coordinator.disk)
  const ids = ['node-1', 'node-2', 'node-3'].slice(0, random.int(1, 3))
  const nodes = ids.map((id) => new SimNode(world, coordinator, id, random.int(1, 3))) as [SimNode, ...SimNode[]]

  try {
    await play(world, coordinator, nodes)
  } catch (error) {
    witness.broken('nothing throws', said(error))
  }

  const states: Record<string, number> = {}
  for (const { message } of coordinator.disk.messages.values()) states[message.state] = (states[message.state] ?? 0) + 1
  const { messages } = coordinator.disk
  const figures = {
    messages: messages.size,
    turns: witness.turnsBegun,
    events: time.events,
    virtualMs: time.now,
    states,
  }
  return { seed, violation: witness.violation, trace: lines, figures }
}

async function play(world: World, coordinator: SimCoordinator, nodes: readonly [SimNode, ...SimNode[]]): Promise<void> {
  const { time, random, witness, trace } = world
  const finished = (): boolean => witness.violation !== undefined
  await settingUp(world, coordinator, nodes)
  const stormMs = random.int(10, 60) * 1_000
  const endsAt = time.now + stormMs
  const users = new Users(world, coordinator)
  users.start({
    messages: random.int(3, 14),
    untilMs: stormMs,
    nodeIds: nodes.map(({ id }) => id) as [string, ...string[]],
  })
  planFaults(world, coordinator, nodes, { faults: random.int(1, 10), untilMs: stormMs })
  keepRunning(world, coordinator, nodes)
  await time.run(endsAt, finished)
  if (!finished()) {
    trace('FAULT', 'none from here on')
    await time.run(endsAt + peaceWithinMs, () => finished() || isAtPeace(world, coordinator, nodes, users))
  }
  if (!finished()) await checkPeace(world, coordinator, nodes, users)
}

async function settingUp(world: World, coordinator: SimCoordinator, nodes: readonly SimNode[]): Promise<void> {
  const { time } = world
  void coordinator.start().then(() => coordinator.register(nodes.map(({ id }) => id)))
  await time.run(time.now + 100)
  for (const node of nodes) node.startAgent()
  await time.run(time.now + 1_000)
}

/** What dies is started again, as a service manager does it. */
function keepRunning(world: World, coordinator: SimCoordinator, nodes: readonly SimNode[]): void {
  const { time } = world
  const random = world.random.fork()
  const look = (): void => {
    if (!coordinator.alive && random.chance(0.3)) void coordinator.start()
    for (const node of nodes) if (!node.running && node.hostRuns && random.chance(0.3)) startAll(node)
    time.after(random.int(100, 600), look)
  }
  look()
}

function startAll(node: SimNode): void {
  node.gateway.start()
  node.startAgent()
}

export const said = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : 'not an Error'
