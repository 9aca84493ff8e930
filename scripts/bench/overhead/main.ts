/**
 * `npm run bench:overhead`: what each way to one and the same model server adds to it, all measured in one run and in
 * turns, so that a busy machine is busy for all of them. Figures are medians of the rounds.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { machine, fdatasyncP50, cpuMs, family, rssBytes } from '../lib/usage.ts'
import { median } from '../lib/figures.ts'
import { start } from '../lib/processes.ts'
import type { LoadOrder, LoadResult } from './load.ts'
import { startMesh } from './mesh.ts'
import { startNginx } from './nginx.ts'
import { startPortkey } from './portkey.ts'
import { type Measured, report } from './report.ts'
import type { System, Upstream } from './system.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    /** Where the databases lie: the disk that is measured. */
    dir: { type: 'string', default: tmpdir() },
    /** Only the mesh, with profiles of its processes in this folder. */
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const phaseMs = Number(values.seconds) * 1_000
const concurrencies = [1, 32]
const warmUpMs = 1_500

const dir = mkdtempSync(path.join(values.dir, 'claw-mesh-bench-'))
const profile = values.profile === undefined ? undefined : path.resolve(values.profile)
if (profile !== undefined) mkdirSync(profile, { recursive: true })
const server = start(process.execPath, [path.join(import.meta.dirname, 'upstream.ts')])
const upstream: Upstream = {
  origin: `http://127.0.0.1:${(await server.line((line) => line.startsWith('port '))).slice(5)}`,
  model: 'bench',
}
const load = fork(path.join(import.meta.dirname, 'load.ts'), { stdio: 'inherit' })
const systems = await startSystems()
const failures: string[] = []
const measured: Measured[] = []
const disk: number[] = []
try {
  for (const system of systems) for (const concurrency of concurrencies) await phase(system, concurrency, warmUpMs)
  for (let round = 0; round < rounds; round++) {
    disk.push(fdatasyncP50(dir))
    // Each round begins with another one: what comes first or after a heavy neighbour is not always the same.
    const order = systems.map((_, at) => systems[(at + round) % systems.length] as System)
    for (const concurrency of concurrencies) {
      for (const system of order) measured.push({ round, ...(await phase(system, concurrency, phaseMs)) })
    }
    console.error(`round ${round + 1} of ${rounds} done`)
  }
} finally {
  for (const system of systems) await system.stop()
  await server.stop()
  load.disconnect()
  await once(load, 'exit')
  rmSync(dir, { recursive: true, force: true })
}
report(
  { measured, names: systems.map(({ name }) => name), concurrencies, fdatasyncMs: median(disk), machine: machine() },
  values.json,
)
for (const failure of failures) console.error(failure)
process.exit(failures.length === 0 ? 0 : 1)

async function startSystems(): Promise<System[]> {
  const direct: System = {
    name: 'direct',
    origin: upstream.origin,
    headers: {},
    model: upstream.model,
    started: [],
    stop: () => Promise.resolve(),
  }
  const durable = await startMesh({ dir, name: 'claw-mesh', upstream, durable: true, profile })
  if (profile !== undefined) return [direct, durable]
  return [
    direct,
    await startNginx(dir, upstream),
    await startPortkey(upstream),
    durable,
    await startMesh({ dir, name: 'claw-mesh, not durable', upstream, durable: false }),
  ]
}

async function phase(system: System, concurrency: number, ms: number): Promise<Omit<Measured, 'round'>> {
  const pids = family(system.started.map(({ pid }) => pid))
  const before = cpuMs(pids)
  const began = performance.now()
  const order: LoadOrder = {
    origin: system.origin,
    headers: { 'content-type': 'application/json', ...system.headers },
    body: JSON.stringify({ model: system.model, messages: [{ role: 'user', content: 'Which way did this go?' }] }),
    concurrency,
    ms,
  }
  load.send(order)
  const [result] = (await once(load, 'message')) as [LoadResult]
  const tookMs = performance.now() - began
  if (result.failed > 0) failures.push(`${system.name}: ${result.failed} requests failed: ${result.firstFailure}`)
  const cpu = cpuMs(pids) - before
  return {
    system: system.name,
    concurrency,
    ...result,
    cores: cpu / tookMs,
    cpuPerRequestMs: cpu / result.requests,
    rss: rssBytes(pids),
  }
}
