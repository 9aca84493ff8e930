/**
 * `npm run bench:scale`: what a coordinator costs with many nodes linked, at rest and under load, what an idle agent costs,
 * and how long the command takes to answer.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { command, startCoordinatorIn } from '../lib/coordinator.ts'
import { fixed, mb, median, quantile, slope, table } from '../lib/figures.ts'
import { start, until } from '../lib/processes.ts'
import { Sender } from '../lib/sender.ts'
import { SimNodes } from '../lib/sim-nodes.ts'
import { cpuMs, machine, rssBytes } from '../lib/usage.ts'

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '500,1000,2000,5000' },
    rate: { type: 'string', default: '500' },
    /** Of each measurement, at rest and under load. */
    seconds: { type: 'string', default: '10' },
    /** How long the agent idles before its memory is read. */
    minutes: { type: 'string', default: '0.5' },
    json: { type: 'boolean', default: false },
  },
})
const sizes = values.nodes.split(',').map(Number)
const ms = Number(values.seconds) * 1_000
const perSecond = Number(values.rate)
const wait = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time))
const dir = mkdtempSync(path.join(tmpdir(), 'claw-mesh-scale-'))

try {
  const rows: Scale[] = []
  for (const size of sizes) {
    rows.push(await scale(size))
    console.error(`${size} nodes done`)
  }
  const small = await smallThings()
  report(rows, small)
} finally {
  rmSync(dir, { recursive: true, force: true })
}
process.exit(0)

interface Scale {
  readonly nodes: number
  readonly rssMb: number
  readonly heartbeatCores: number
  readonly sentPerSecond: number
  readonly refused: number
  readonly p50: number
  readonly p99: number
  readonly loadCores: number
  readonly rssAfterMb: number
  readonly dbBytesPerMessage: number
}

async function scale(nodes: number): Promise<Scale> {
  const home = path.join(dir, String(nodes))
  const coordinator = await startCoordinatorIn(home)
  const pids = [coordinator.started.pid]
  const sender = new Sender({ url: coordinator.url, token: coordinator.adminToken, perSecond })
  const sim = new SimNodes({ ...coordinator, offered: (content) => sender.offered(content) })
  const cores = async (work: Promise<void>): Promise<{ cores: number; seconds: number }> => {
    const [before, began] = [cpuMs(pids), performance.now()]
    await work
    const took = performance.now() - began
    return { cores: (cpuMs(pids) - before) / took, seconds: took / 1_000 }
  }
  try {
    await sim.join(nodes)
    // What joining left to do, and its garbage.
    await wait(3_000)
    const rest = await cores(wait(ms))
    const rss = rssBytes(pids)
    const stored = databaseBytes(home)
    const load = await cores(sender.run(ms))
    return {
      nodes,
      rssMb: mb(rss),
      heartbeatCores: rest.cores,
      sentPerSecond: sender.accepted / load.seconds,
      refused: sender.refused,
      p50: quantile(sender.toOffer, 0.5),
      p99: quantile(sender.toOffer, 0.99),
      loadCores: load.cores,
      rssAfterMb: mb(rssBytes(pids)),
      dbBytesPerMessage: (databaseBytes(home) - stored) / Math.max(1, sender.accepted),
    }
  } finally {
    sim.stop()
    await sender.close()
    await coordinator.started.stop()
  }
}

function databaseBytes(home: string): number {
  const size = (end: string): number =>
    statSync(path.join(home, 'data', `coordinator.db${end}`), { throwIfNoEntry: false })?.size ?? 0
  return size('') + size('-wal')
}

interface Small {
  readonly agentRssMb: number
  readonly statusMs: number
  readonly nodeMs: number
}

/** An idle agent on the demo gateway, and the command against the coordinator that it is linked to. */
async function smallThings(): Promise<Small> {
  const coordinator = await startCoordinatorIn(path.join(dir, 'small'))
  const { url, joinToken, adminToken, env } = coordinator
  const join = [command, 'join', url, '--token', joinToken, '--gateway', 'demo', '--name', 'idle']
  const agent = start(process.execPath, join, { env })
  try {
    const headers = { authorization: `Bearer ${adminToken}` }
    await until('the agent', async () =>
      (await (await fetch(`${url}/api/v1/nodes`, { headers })).text()).includes('"online"'),
    )
    const cold = (args: string[]): number => {
      const began = performance.now()
      const { status, stderr } = spawnSync(process.execPath, args, {
        env: { ...process.env, ...env },
        encoding: 'utf8',
      })
      if (status !== 0) throw new Error(`${args.join(' ')} failed: ${stderr}`)
      return performance.now() - began
    }
    const [status, bare]: [number[], number[]] = [[], []]
    for (let turn = 0; turn < 21; turn++) {
      status.push(cold([command, 'status']))
      bare.push(cold(['-e', '0']))
    }
    await wait(Number(values.minutes) * 60_000)
    return { agentRssMb: mb(rssBytes([agent.pid])), statusMs: median(status), nodeMs: median(bare) }
  } finally {
    await agent.stop()
    await coordinator.started.stop()
  }
}

function report(rows: readonly Scale[], small: Small): void {
  const perNodeKb = slope(rows.map(({ nodes, rssMb }) => ({ x: nodes, y: rssMb * 1_024 })))
  if (values.json) {
    console.log(JSON.stringify({ machine: machine(), rows, rss_per_node_kb: perNodeKb, small }, undefined, 2))
    return
  }
  console.log(`${machine()}; ${perSecond} messages/s asked for\n`)
  const head = [
    'nodes',
    'RSS MB',
    'cores at rest',
    'sent/s',
    'refused',
    'to offer p50 ms',
    'p99 ms',
    'cores under load',
    'RSS MB after',
    'database bytes/message',
  ]
  const cells = (row: Scale): string[] => [
    String(row.nodes),
    fixed(row.rssMb, 0),
    fixed(row.heartbeatCores),
    fixed(row.sentPerSecond, 0),
    String(row.refused),
    fixed(row.p50, 1),
    fixed(row.p99, 1),
    fixed(row.loadCores),
    fixed(row.rssAfterMb, 0),
    fixed(row.dbBytesPerMessage, 0),
  ]
  console.log(table(head, rows.map(cells)))
  console.log(`\nRSS grows by ${fixed(perNodeKb, 1)} KB for each node.\n`)
  console.log(
    table(
      ['', 'measured', 'aim'],
      [
        [`RSS of an agent idle for ${values.minutes} min, MB`, fixed(small.agentRssMb, 0), '≤ 110'],
        ['claw-mesh status, cold, ms', fixed(small.statusMs, 0), ''],
        ['node -e 0, ms', fixed(small.nodeMs, 0), ''],
        ['the one over the other', fixed(small.statusMs / small.nodeMs), '≤ 3.5'],
      ],
    ),
  )
}
