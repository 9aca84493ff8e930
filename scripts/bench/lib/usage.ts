/** What processes use of the machine, from Linux's /proc: memory and processor time. */
import { execFileSync } from 'node:child_process'
import { closeSync, fdatasyncSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { cpus } from 'node:os'
import path from 'node:path'
import { median } from './figures.ts'

let ticks = 0
const msPerTick = (): number => 1_000 / (ticks ||= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })))

/** Processor time that these processes have used so far. */
export const cpuMs = (pids: readonly number[]): number => sum(pids, cpuOf)

export const rssBytes = (pids: readonly number[]): number =>
  sum(pids, (pid) => Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024)

/** The processes and what they started. */
export function family(pids: readonly number[]): number[] {
  const children = pids.flatMap((pid) =>
    readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
    ),
  )
  return children.length === 0 ? [...pids] : [...pids, ...family(children)]
}

function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name may hold anything, also spaces and brackets; the numbers come after the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * msPerTick()
}

const sum = (pids: readonly number[], of: (pid: number) => number): number =>
  pids.reduce((total, pid) => total + of(pid), 0)

/** How long the disk takes to say that 4 KiB are on it: what a durable commit cannot be faster than. */
export function fdatasyncP50(dir: string, times = 200): number {
  const file = path.join(dir, 'fdatasync.tmp')
  const handle = openSync(file, 'w')
  const block = Buffer.alloc(4_096, 1)
  const took: number[] = []
  for (let at = 0; at < times; at++) {
    writeSync(handle, block, 0, block.length, (at % 64) * block.length)
    const began = performance.now()
    fdatasyncSync(handle)
    took.push(performance.now() - began)
  }
  closeSync(handle)
  rmSync(file)
  return median(took)
}

export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${process.versions.node}`
