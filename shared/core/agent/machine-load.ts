/** How busy this machine is. Never makes a heartbeat wait: each number is the newest one known, renewed behind its back. */
import { execFile } from 'node:child_process'
import os from 'node:os'
import { promisify } from 'node:util'
import si from 'systeminformation'
import type { Load } from '../../contract/node.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'

export type MachineLoad = Pick<Load, 'cpu' | 'memory' | 'gpu' | 'on_battery'>

/** Where the numbers come from; shares of 1. */
export interface LoadSources {
  readonly cpu: () => Promise<number>
  readonly memory: () => Promise<number>
  readonly onBattery: () => Promise<boolean>
  /** Undefined when it cannot be had cheaply. */
  readonly gpu: () => Promise<number | undefined>
}

export interface LoadDeps {
  readonly clock: Clock
  readonly log: Log
  readonly sources: LoadSources
}

const cpuEveryMs = 4_000
const memoryEveryMs = 10_000
const batteryEveryMs = 60_000
const gpuEveryMs = 30_000

export function watchMachineLoad(deps: LoadDeps): () => MachineLoad {
  const { sources } = deps
  const cpu = renewed(deps, 'cpu', sources.cpu, 0, cpuEveryMs)
  const memory = renewed(deps, 'memory', sources.memory, 0, memoryEveryMs)
  const battery = renewed(deps, 'battery', sources.onBattery, false, batteryEveryMs)
  const gpu = renewed<number | undefined>(deps, 'gpu', sources.gpu, undefined, gpuEveryMs)
  return () => {
    const gpuNow = gpu()
    return {
      cpu: share(cpu()),
      memory: share(memory()),
      on_battery: battery(),
      ...(gpuNow === undefined ? {} : { gpu: share(gpuNow) }),
    }
  }
}

/** The last value; asks for a new one when it is old, and warns once when it cannot be had. */
function renewed<T>(deps: LoadDeps, what: string, ask: () => Promise<T>, first: T, everyMs: number): () => T {
  let value = first
  let askedAt = Number.NEGATIVE_INFINITY
  let asking = false
  let warned = false
  return () => {
    // Absolute, so that a clock that was set back does not freeze the value.
    if (!asking && Math.abs(deps.clock.now() - askedAt) >= everyMs) {
      asking = true
      askedAt = deps.clock.now()
      ask()
        .then((answer) => void (value = answer))
        .catch((error: unknown) => {
          if (!warned) deps.log.warn({ what, err: error }, 'part of this machine’s load could not be measured')
          warned = true
        })
        .finally(() => (asking = false))
    }
    return value
  }
}

const share = (value: number): number => (Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : 0)

export const loadSourcesHere: LoadSources = {
  cpu: async () => (await si.currentLoad()).currentLoad / 100,
  // On Windows the library starts a shell for this, and the system's own numbers are right there.
  memory: async () => {
    if (process.platform === 'win32') return 1 - os.freemem() / os.totalmem()
    const { available, total } = await si.mem()
    return 1 - available / total
  },
  onBattery: async () => {
    const { hasBattery, acConnected } = await si.battery()
    return hasBattery && !acConnected
  },
  gpu: async () => {
    if (process.platform === 'darwin') return undefined
    try {
      const ask = ['--query-gpu=utilization.gpu', '--format=csv,noheader,nounits']
      const { stdout } = await promisify(execFile)('nvidia-smi', ask, { timeout: 5_000, windowsHide: true })
      return busiestGpu(stdout)
    } catch {
      return undefined
    }
  },
}

/** One line per card, in percent; a card that does not say is left out. */
export function busiestGpu(csv: string): number | undefined {
  const shares = csv
    .split('\n')
    .filter((line) => /^\s*\d+\s*$/.test(line))
    .map((line) => Number(line) / 100)
  return shares.length > 0 ? Math.max(...shares) : undefined
}
