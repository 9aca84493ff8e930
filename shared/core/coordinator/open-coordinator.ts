/** Builds the coordinator of a home and leaves the note by which the command finds it. */
import { MeshError } from '../../contract/error.ts'
import type { Settings } from '../../contract/settings.ts'
import { startCoordinator } from './coordinator.ts'
import type { EventLog } from '../coordinator/services.ts'
import type { Clock } from '../platform/clock.ts'
import { files, type Home } from '../platform/home.ts'
import type { Log } from '../platform/log.ts'
import { readRunning, removeRunning, writeRunning } from '../settings/running-file.ts'
import { readSecrets } from '../settings/secrets.ts'

export interface OpenCoordinatorOptions {
  readonly home: Home
  readonly settings: Settings['coordinator']
  readonly port: number
  /** In place of the kept one, for this run. */
  readonly joinToken?: string | undefined
  readonly webRoot: string | undefined
  readonly version: string
  readonly clock: Clock
  readonly log: Log
}

export interface RunningCoordinator {
  readonly url: string
  /** What lets a node join. */
  readonly joinToken: string
  readonly events: EventLog
  stop(): Promise<void>
}

/** Throws not_initialised, already_running (naming its URL), port_in_use, store_newer. */
export async function openCoordinator(parts: OpenCoordinatorOptions): Promise<RunningCoordinator> {
  const { home, clock, log, version, webRoot, port } = parts
  const places = files(home)
  const other = await readRunning(places.running)
  if (other) throw alreadyRunning(other.url ?? '', other.pid)
  const kept = await readSecrets(home)
  const joinToken = parts.joinToken ?? kept.joinToken
  const coordinator = await startCoordinator({
    file: places.coordinatorDb,
    port,
    ...(webRoot === undefined ? {} : { webRoot }),
    secrets: { ...kept, joinToken },
    version,
    clock,
    log,
    retentionDays: parts.settings.retention_days,
    policy: { on_interrupt: parts.settings.on_interrupt, on_failure: parts.settings.on_failure },
  })
  await writeRunning(places.running, { pid: process.pid, started: clock.now(), url: coordinator.url })
  return {
    url: coordinator.url,
    joinToken,
    events: coordinator.services.events,
    stop: async () => {
      // First, so that nobody is sent to a coordinator that is closing.
      await removeRunning(places.running, process.pid)
      await coordinator.stop()
    },
  }
}

const alreadyRunning = (url: string, pid: number): MeshError =>
  new MeshError('already_running', `A coordinator is running already at ${url}.`, {
    hint: `Use that one, or stop it first (process ${pid}). To run another, give it its own folder with CLAW_MESH_HOME and its own --port.`,
    details: { url, pid },
  })
