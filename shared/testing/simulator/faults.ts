/** What goes wrong in a run, and when: drawn from the seed, undone after a while. */
import type { Random } from './random.ts'
import type { SimCoordinator } from './sim-coordinator.ts'
import type { SimNode } from './sim-node.ts'
import type { World } from './world.ts'

export interface FaultPlan {
  readonly faults: number
  readonly untilMs: number
}

type Fault = (scene: Scene) => void

interface Scene {
  readonly world: World
  readonly coordinator: SimCoordinator
  readonly node: SimNode
  readonly random: Random
  /** Later, but before faults end. */
  readonly undo: (fromMs: number, toMs: number, act: () => void) => void
}

/** Named as the trace calls them, with how often they come. */
const faults: readonly (readonly [weight: number, name: string, Fault])[] = [
  [6, 'links are dropped', ({ node }) => node.dropLinks()],
  [
    5,
    'network is cut',
    ({ node, undo }) => {
      node.net.cut = true
      node.dropLinks()
      undo(100, 40_000, () => (node.net.cut = false))
    },
  ],
  [
    5,
    'half-open link',
    ({ node, random, undo }) => {
      const way = random.chance(0.5) ? node.net.up : node.net.down
      way.state = 'swallowed'
      undo(200, 25_000, () => (way.state = 'open'))
    },
  ],
  [
    5,
    'traffic is held up',
    ({ node, random, undo }) => {
      const way = random.chance(0.5) ? node.net.up : node.net.down
      way.state = 'held'
      undo(200, 25_000, () => (way.state = 'open'))
    },
  ],
  [
    4,
    'slow network',
    ({ node, random, undo }) => {
      const { up, down } = node.net
      for (const way of [up, down]) way.maxMs = random.int(50, 3_000)
      undo(2_000, 30_000, () => [up, down].forEach((way) => (way.maxMs = 2)))
    },
  ],
  [
    3,
    'frames come twice or late',
    ({ node, random, undo }) => {
      node.net.repeats = random.next() * 0.3
      node.net.overtaken = random.next() * 0.3
      undo(2_000, 30_000, () => Object.assign(node.net, { repeats: 0, overtaken: 0 }))
    },
  ],
  [
    6,
    'coordinator dies at a write',
    ({ coordinator, random }) => {
      coordinator.dieAtCommit = random.int(1, 12)
      coordinator.dieAfterwards = random.chance(0.5)
    },
  ],
  [3, 'coordinator dies', ({ coordinator }) => coordinator.kill()],
  [2, 'coordinator is stopped', ({ coordinator }) => void coordinator.stop()],
  [
    3,
    'slow disk',
    ({ coordinator, random, undo }) => {
      coordinator.commitMs = [20, random.int(50, 4_000)]
      undo(1_000, 20_000, () => (coordinator.commitMs = [0.1, 1]))
    },
  ],
  [
    3,
    'coordinator’s disk is full',
    ({ coordinator, undo }) => {
      coordinator.diskFull = true
      undo(100, 12_000, () => (coordinator.diskFull = false))
    },
  ],
  [
    2,
    'node’s disk is full',
    ({ node, undo }) => {
      node.diskFull = true
      undo(100, 12_000, () => (node.diskFull = false))
    },
  ],
  [4, 'agent is frozen', ({ node, random }) => node.freezeAgent(random.int(200, 20_000))],
  [
    4,
    'coordinator is frozen',
    ({ coordinator, random, world }) => {
      const ms = random.int(200, 20_000)
      world.trace('coordinator', `frozen for ${ms} ms`)
      coordinator.process.freeze(ms)
    },
  ],
  [6, 'agent dies', ({ node }) => node.killAgent()],
  [3, 'agent is stopped', ({ node }) => void node.stopAgent()],
  [
    4,
    'host loses power',
    ({ node, undo }) => {
      node.losePower()
      undo(500, 30_000, () => node.boot())
    },
  ],
  [2, 'journal is lost', ({ node }) => node.loseJournal()],
  [
    5,
    'gateway stops',
    ({ node, undo }) => {
      node.gateway.down()
      undo(200, 25_000, () => {
        if (node.hostRuns) node.gateway.start()
      })
    },
  ],
  [
    2,
    'node flaps',
    ({ node, random, undo }) => {
      for (let time = 0; time < random.int(3, 10); time++) undo(100, 6_000, () => node.dropLinks())
    },
  ],
  [3, 'coordinator’s clock jumps', ({ coordinator, random }) => (coordinator.skewMs += jump(random))],
  [1, 'node’s clock jumps', ({ node, random }) => (node.skewMs += jump(random))],
]

/** Seconds, or hours; forwards or back. */
const jump = (random: Random): number =>
  random.chance(0.5) ? random.int(-30_000, 30_000) : random.int(-5, 5) * 3_600_000

const total = faults.reduce((sum, [weight]) => sum + weight, 0)

export function planFaults(
  world: World,
  coordinator: SimCoordinator,
  nodes: readonly [SimNode, ...SimNode[]],
  { faults: count, untilMs }: FaultPlan,
): void {
  const { time, trace } = world
  const random = world.random.fork()
  for (let n = 0; n < count; n++) {
    const [, name, fault] = draw(random)
    const node = random.pick(nodes)
    const own = random.fork()
    time.after(random.int(0, untilMs), () => {
      trace('FAULT', `${name} (${node.id})`)
      const undo: Scene['undo'] = (fromMs, toMs, act) => {
        const leftMs = Math.max(0, untilMs - time.now)
        time.after(Math.min(own.int(fromMs, toMs), leftMs), act)
      }
      fault({ world, coordinator, node, random: own, undo })
    })
  }
}

function draw(random: Random): (typeof faults)[number] {
  let lot = random.int(1, total)
  for (const fault of faults) {
    lot -= fault[0]
    if (lot <= 0) return fault
  }
  throw new Error('Weights that do not add up.')
}
