/** One coordinator after another in one process: a damaged database ends one, and the next begins with a new database. */
import type { MeshEvent } from '../../contract/event.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { Coordinator } from './coordinator.ts'

type Running = Pick<Coordinator, 'url' | 'port' | 'stop'> & { readonly services: { readonly events: Events } }
interface Events {
  subscribe(listener: (event: MeshEvent) => void): () => void
}

export interface SuccessiveCoordinatorsDeps {
  /** On the port of the one before; undefined for the first. */
  readonly start: (port: number | undefined, onDamaged: () => void) => Promise<Running>
  readonly clock: Clock
  readonly log: Log
}

const againAfterMs = 1_000

export class SuccessiveCoordinators implements Events {
  readonly #deps: SuccessiveCoordinatorsDeps
  readonly #listeners = new Set<(event: MeshEvent) => void>()
  readonly #stopping = new AbortController()
  #current: Running | undefined
  #replacing: Promise<void> = Promise.resolve()

  constructor(deps: SuccessiveCoordinatorsDeps) {
    this.#deps = deps
  }

  start(): Promise<Running> {
    return this.#start(undefined)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#replacing
    await this.#current?.stop()
    this.#listeners.clear()
  }

  subscribe(listener: (event: MeshEvent) => void): () => void {
    const own = (event: MeshEvent): void => listener(event)
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  async #start(port: number | undefined): Promise<Running> {
    const coordinator = await this.#deps.start(port, () => {
      this.#replacing = this.#replacing.then(() => this.#replace())
    })
    this.#current = coordinator
    coordinator.services.events.subscribe((event) => {
      for (const listener of [...this.#listeners]) listener(event)
    })
    return coordinator
  }

  async #replace(): Promise<void> {
    const damaged = this.#current
    const { log } = this.#deps
    if (!damaged || this.#hasStopped()) return
    this.#current = undefined
    log.error({ url: damaged.url }, 'The database is damaged: the coordinator stops and starts with a new one.')
    await damaged.stop()
    while (!this.#hasStopped()) {
      try {
        await this.#start(damaged.port)
        return
      } catch (error) {
        log.error({ err: error }, 'The coordinator could not start again; it is tried once more.')
        await this.#pause()
      }
    }
  }

  #hasStopped(): boolean {
    return this.#stopping.signal.aborted
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel()
        this.#stopping.signal.removeEventListener('abort', wake)
        resolve()
      }
      const cancel = this.#deps.clock.after(againAfterMs, wake)
      this.#stopping.signal.addEventListener('abort', wake)
    })
  }
}
