/**
 * Builds the coordinator of a home and leaves the note by which the command finds it. When its database turns out to be
 * damaged while it runs, another takes its place on the same port, with a new database.
 */
import { MeshError } from '../../contract/error.ts'
import type { MeshEvent } from '../../contract/event.ts'
import type { Settings } from '../../contract/settings.ts'
import type { Clock } from '../platform/clock.ts'
import { files, type Home } from '../platform/home.ts'
import type { Log } from '../platform/log.ts'
import { readRunning, removeRunning, writeRunning } from '../settings/running-file.ts'
import { readSecrets } from '../settings/secrets.ts'
import type { SetAside } from '../storage/set-aside.ts'
import { startCoordinator } from './coordinator.ts'
import { SuccessiveCoordinators } from './successive-coordinators.ts'

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
  /** Its database was damaged, at the start or later: it was set aside. */
  readonly onSetAside?: ((setAside: SetAside) => void) | undefined
}

export interface RunningCoordinator {
  readonly url: string
  /** What lets a node join. */
  readonly joinToken: string
  /** What happens in the mesh, whichever coordinator runs. */
  readonly events: { subscribe(listener: (event: MeshEvent) => void): () => void }
  stop(): Promise<void>
}

/** Throws not_initialised, already_running (naming its URL), port_in_use, store_newer. */
export async function openCoordinator(parts: OpenCoordinatorOptions): Promise<RunningCoordinator> {
  const { home, clock, log, version, webRoot, onSetAside } = parts
  const places = files(home)
  const other = await readRunning(places.running)
  if (other) throw alreadyRunning(other.url ?? '', other.pid)
  const kept = await readSecrets(home)
  const joinToken = parts.joinToken ?? kept.joinToken
  const coordinators = new SuccessiveCoordinators({
    clock,
    log,
    start: async (port, onDamaged) => {
      const coordinator = await startCoordinator({
        file: places.coordinatorDb,
        port: port ?? parts.port,
        ...(webRoot === undefined ? {} : { webRoot }),
        secrets: { ...kept, joinToken },
        version,
        clock,
        log,
        retentionDays: parts.settings.retention_days,
        policy: { on_interrupt: parts.settings.on_interrupt, on_failure: parts.settings.on_failure },
        onDamaged,
      })
      if (coordinator.setAside) onSetAside?.(coordinator.setAside)
      return coordinator
    },
  })
  const { url } = await coordinators.start()
  await writeRunning(places.running, { pid: process.pid, started: clock.now(), url })
  return {
    url,
    joinToken,
    events: coordinators,
    stop: async () => {
      // First, so that nobody is sent to a coordinator that is closing.
      await removeRunning(places.running, process.pid)
      await coordinators.stop()
    },
  }
}

const alreadyRunning = (url: string, pid: number): MeshError =>
  new MeshError('already_running', `A coordinator is running already at ${url}.`, {
    hint: `Use that one, or stop it first (process ${pid}). To run another, give it its own folder with CLAW_MESH_HOME and its own --port.`,
    details: { url, pid },
  })
