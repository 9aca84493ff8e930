/**
 * `npm run soak`: a coordinator under a steady load for a long time. Ends with an error when what it holds grows: heap after
 * a forced collection, handles and timers, or the database beyond its retention.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { fixed, mb, slope, table } from '../bench/lib/figures.ts'
import { Sender } from '../bench/lib/sender.ts'
import { SimNodes } from '../bench/lib/sim-nodes.ts'
import type { Reading, Ready } from './coordinator.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '100' },
    nodes: { type: 'string', default: '10' },
  },
})
const minutes = Number(values.minutes)
const everyMs = Math.max(5_000, (minutes * 60_000) / 30)
const mostMbPerMinute = 0.2

const dir = mkdtempSync(path.join(tmpdir(), 'claw-mesh-soak-'))
const coordinator: ChildProcess = fork(path.join(import.meta.dirname, 'coordinator.ts'), [], {
  execArgv: ['--expose-gc'],
  env: { ...process.env, CLAW_MESH_HOME: dir },
})
process.on('exit', () => coordinator.kill('SIGKILL'))
const [ready] = (await once(coordinator, 'message')) as [Ready]
const sender = new Sender({ url: ready.url, token: ready.adminToken, perSecond: Number(values.rate) })
const sim = new SimNodes({ ...ready, offered: (content) => sender.offered(content) })
await sim.join(Number(values.nodes))
const readings: (Reading & { minute: number })[] = []
const began = performance.now()
while (performance.now() - began < minutes * 60_000) {
  await sender.run(everyMs)
  sender.forgetTimes()
  coordinator.send('read')
  const [reading] = (await once(coordinator, 'message')) as [Reading]
  readings.push({ minute: (performance.now() - began) / 60_000, ...reading })
}
sim.stop()
await sender.close()
coordinator.disconnect()
await once(coordinator, 'exit')
rmSync(dir, { recursive: true, force: true })

// The first third fills caches, rings and the retention time.
const late = readings.filter(({ minute }) => minute > minutes / 3)
const growth = (of: (reading: Reading) => number): number => slope(late.map((one) => ({ x: one.minute, y: of(one) })))
const heap = growth(({ heapBytes }) => mb(heapBytes))
const handles = growth((reading) => reading.handles)
const file = growth(({ databaseBytes }) => mb(databaseBytes))
const count = growth((reading) => reading.messages)
const perMinute = Number(values.rate) * 60
const holds = [
  ['heap, MB/min', heap, mostMbPerMinute],
  ['handles and timers, 1/min', handles, 1],
  // Of what comes in, nothing stays: a twentieth allows for where in a prune the readings fall.
  ['messages stored, 1/min', count, perMinute / 20],
  ['database, MB/min', file, 0.5],
] as const
console.log(
  table(
    ['minute', 'heap MB', 'handles', 'database MB', 'messages'],
    readings.map((one) => [
      fixed(one.minute, 1),
      fixed(mb(one.heapBytes)),
      String(one.handles),
      fixed(mb(one.databaseBytes), 1),
      String(one.messages),
    ]),
  ),
)
console.log(`\n${sender.accepted} messages accepted, ${sender.refused} refused\n`)
console.log(
  table(
    ['growth over the last two thirds', 'measured', 'at most', ''],
    holds.map(([what, value, most]) => [what, fixed(value, 3), String(most), value <= most ? 'holds' : 'EXCEEDED']),
  ),
)
process.exit(sender.accepted > 0 && sender.refused === 0 && holds.every(([, value, most]) => value <= most) ? 0 : 1)
