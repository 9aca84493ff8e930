/** Asks this machine what it is. Every question has a time limit; one that fails leaves what was known before. */
import { access, readdir, readFile, readlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import os from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Systeminformation } from 'systeminformation'
import type { Gpu } from '../../contract/capabilities.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { archName, gigabytes, gpusOf, type MachineFacts, osName } from './capabilities.ts'
import { findTools } from './tools.ts'
import { within } from './wait.ts'

/** Answers within `patienceMs` with what is known by then; slower answers count the next time. */
export type MachineProbe = (patienceMs: number) => Promise<MachineFacts>

export interface ProbeDeps {
  readonly clock: Clock
  readonly log: Log
  readonly tools: () => Promise<string[]>
  readonly gpus: (memoryGb: number) => Promise<Gpu[]>
}

export function createMachineProbe(deps: ProbeDeps): MachineProbe {
  const memoryGb = gigabytes(os.totalmem())
  const tools = lastKnown<string[]>(deps, 'tools', deps.tools, [])
  const gpus = lastKnown<Gpu[]>(deps, 'gpus', () => deps.gpus(memoryGb), [])
  return async (patienceMs) => {
    const [foundTools, foundGpus] = await Promise.all([tools(patienceMs), gpus(patienceMs)])
    return {
      os: osName(process.platform),
      arch: archName(process.arch, os.cpus()[0]?.model ?? ''),
      memory_gb: memoryGb,
      gpu: foundGpus.length > 0,
      gpus: foundGpus,
      tools: foundTools,
    }
  }
}

/** A question whose last answer stands until there is a better one; asked once at a time, however often it is wanted. */
export function lastKnown<T>(
  deps: Pick<ProbeDeps, 'clock' | 'log'>,
  what: string,
  ask: () => Promise<T>,
  nothing: T,
): (patienceMs: number) => Promise<T> {
  let known = nothing
  let asking: Promise<void> | undefined
  return async (patienceMs) => {
    asking ??= ask()
      .then(
        (answer) => void (known = answer),
        (error: unknown) =>
          deps.log.warn({ what, err: error }, 'part of this machine’s capabilities could not be found out'),
      )
      .finally(() => (asking = undefined))
    await within(deps.clock, patienceMs, asking, undefined)
    return known
  }
}

export const toolsHere = (): Promise<string[]> =>
  findTools({ platform: process.platform, env: process.env, readdir: (folder) => readdir(folder), access, readlink })

const graphicsWithinMs = 30_000

/**
 * Graphics are looked up in a thread of their own: the library runs vendors' programs and waits for them, and one whose
 * driver hangs would hold up the link with it.
 */
export const gpusHere =
  (clock: Clock) =>
  async (memoryGb: number): Promise<Gpu[]> => {
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads')
       require(workerData).graphics().then((answer) => parentPort.postMessage(answer))`,
      {
        eval: true,
        workerData: createRequire(import.meta.url).resolve('systeminformation'),
        stdout: true,
        stderr: true,
      },
    )
    worker.unref()
    const answer = new Promise<Systeminformation.GraphicsData>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', () => reject(new Error('The look-up of graphics ended without an answer.')))
    })
    try {
      const graphics = await within(clock, graphicsWithinMs, answer, undefined)
      if (!graphics) throw new Error(`The look-up of graphics took longer than ${graphicsWithinMs} ms.`)
      return gpusOf(await withAmdMemory(graphics.controllers), memoryGb)
    } finally {
      void worker.terminate()
    }
  }

/** On Linux the library takes the window on an AMD card for its memory; the driver knows better. */
async function withAmdMemory(
  controllers: Systeminformation.GraphicsControllerData[],
): Promise<Systeminformation.GraphicsControllerData[]> {
  if (process.platform !== 'linux') return controllers
  return Promise.all(
    controllers.map(async (controller) => {
      const file = `/sys/bus/pci/devices/0000:${controller.busAddress ?? ''}/mem_info_vram_total`
      const bytes = Number(await readFile(file, 'utf8').catch(() => ''))
      return bytes > 0 ? { ...controller, memoryTotal: bytes / 2 ** 20 } : controller
    }),
  )
}
