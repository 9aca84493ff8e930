/** A whole coordinator: store, services and doors, started in order and stopped in the other. */
import { MeshError } from '../../contract/error.ts'
import { step as machineStep } from '../../domain/message/machine.ts'
import { defaultPolicy, type MachinePolicy } from '../../domain/message/retry.ts'
import { type Clock, neverBack, systemClock } from '../platform/clock.ts'
import { compileChecks } from '../platform/compiled-checks.ts'
import type { Log } from '../platform/log.ts'
import type { Synchronous } from '../storage/database.ts'
import type { SetAside } from '../storage/set-aside.ts'
import { openSqliteStore, type StepFunction } from '../storage/sqlite-store.ts'
import type { Store } from '../storage/store.ts'
import { buildServices } from './build-services.ts'
import { PagePassword } from './http/auth/page-password.ts'
import { TokenService } from './http/auth/token-service.ts'
import { buildServer } from './http/build-server.ts'
import { ConnectionLimit } from './http/connection-limit.ts'
import { defaultGuards } from './http/guards/default-guards.ts'
import { Listeners } from './http/listeners.ts'
import { SocketDoor } from './http/sockets/upgrade.ts'
import type { CoordinatorServices } from './services.ts'

export interface CoordinatorOptions {
  /** The database. */
  readonly file: string
  /** 0 takes any free one. */
  readonly port: number
  /** Folder of the built page. */
  readonly webRoot?: string | undefined
  readonly secrets: { readonly adminToken: string; readonly joinToken: string; readonly passwordHash: string }
  readonly version: string
  readonly retentionDays: number
  /** For messages of which no rule says otherwise. */
  readonly policy?: Partial<MachinePolicy> | undefined
  readonly pruneEveryMs?: number | undefined
  readonly log: Log
  readonly clock?: Clock | undefined
  /** Silence of a node after which what it was working on counts as interrupted. */
  readonly interruptedAfterMs?: number | undefined
  /** The database turned out to be damaged while it ran: stop this coordinator and start another on the same file. */
  readonly onDamaged?: ((error: MeshError) => void) | undefined
  /** FULL unless a bench asks what durability costs. */
  readonly synchronous?: Synchronous | undefined
}

export interface Coordinator {
  readonly url: string
  readonly port: number
  readonly bootId: string
  readonly services: CoordinatorServices
  /** The database that was there was damaged: where it is kept now, and what was lost. */
  readonly setAside: SetAside | undefined
  /** Takes nothing more, says so to nodes and clients, and leaves everything on disk. */
  stop(): Promise<void>
}

const usualPruneEveryMs = 3_600_000
const dayMs = 24 * 3_600_000

/** Throws already_running, store_newer, store_failed, port_in_use. */
export async function startCoordinator(options: CoordinatorOptions): Promise<Coordinator> {
  /** What has been started, last first. */
  const stops: (() => void | Promise<void>)[] = []
  const stopAll = async (): Promise<void> => {
    for (const stop of stops.splice(0)) {
      try {
        await stop()
      } catch (error) {
        options.log.error({ err: error }, 'Something did not stop in order.')
      }
    }
  }
  try {
    const started = await start(options, (stop) => stops.unshift(stop))
    let stopping: Promise<void> | undefined
    return { ...started, stop: () => (stopping ??= stopAll()) }
  } catch (error) {
    await stopAll()
    throw error
  }
}

async function start(
  options: CoordinatorOptions,
  onStop: (stop: () => void | Promise<void>) => void,
): Promise<Omit<Coordinator, 'stop'>> {
  const { log, version, secrets, port: wantedPort, interruptedAfterMs } = options
  const clock = neverBack(options.clock ?? systemClock)
  let stopping = false

  compileChecks()
  const policy = { ...defaultPolicy, ...options.policy }
  const step: StepFunction = (message, event, at) => machineStep(message, event, at, policy)
  const store = await openSqliteStore({ file: options.file, clock, log, step, synchronous: options.synchronous })
  onStop(() => store.close())
  const tokens = new TokenService({ store, clock, secrets })
  await tokens.start()
  onStop(() => tokens.stop())
  const running = await buildServices({
    store,
    tokens,
    clock,
    log,
    version,
    interruptedAfterMs,
    trouble: () => store.trouble,
  })
  onStop(() => running.stop())

  const { services } = running
  const auth = { tokens, password: new PagePassword({ hash: secrets.passwordHash }) }
  const doors = { services, auth, guards: defaultGuards({ clock }), connections: new ConnectionLimit(), clock, log }
  const app = await buildServer({ ...doors, webRoot: options.webRoot, version, isShuttingDown: () => stopping })
  const sockets = new SocketDoor(doors)
  const listeners = new Listeners({ ...doors, app, sockets, port: wantedPort })
  onStop(() => listeners.stop())
  onStop(() => app.close())
  onStop(() => running.halt())
  onStop(() => sockets.stop())
  onStop(() => {
    stopping = true
  })
  const port = await listeners.start()
  onStop(pruneNowAndThen(store, options))
  const url = `http://127.0.0.1:${port}`
  const { bootId } = services.events
  log.info({ url, boot_id: bootId, version }, 'The coordinator is ready.')
  if (options.onDamaged) store.onDamaged(options.onDamaged)
  return { url, port, bootId, services, setAside: store.setAside }
}

function pruneNowAndThen(store: Store, options: CoordinatorOptions): () => void {
  const { log, retentionDays, clock = systemClock, pruneEveryMs = usualPruneEveryMs } = options
  let cancel: () => void = () => undefined
  const prune = (): void => {
    cancel = clock.after(pruneEveryMs, prune)
    const oldest = new Date(clock.now() - retentionDays * dayMs).toISOString()
    store.prune(oldest).then(
      (gone) => log.debug({ messages: gone }, 'Old messages were forgotten.'),
      (error: unknown) => log.error({ err: MeshError.wrap(error) }, 'Old messages could not be forgotten.'),
    )
  }
  prune()
  return () => cancel()
}
