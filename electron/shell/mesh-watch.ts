/** What tray and notifications know of the mesh: read once, then kept by its events, for whichever coordinator is worked on. */
import { setTimeout as wait } from 'node:timers/promises'
import type { MeshEvent } from '../../shared/contract/event.ts'
import { followEvents } from '../../shared/core/client/follow-events.ts'
import { openHttp } from '../../shared/core/client/http-client.ts'
import type { Log } from '../../shared/core/platform/log.ts'
import type { MeshView } from './tray/tray-state.ts'

export interface MeshWatchDeps {
  readonly log: Log
  readonly changed: (view: MeshView | undefined) => void
  readonly nodeMoved: (node: { readonly id: string; readonly name: string }, online: boolean) => void
  /** A message changed its state: whether it now waits for a person to decide on it. */
  readonly messageMoved: (messageId: string, interrupted: boolean) => void
}

interface Place {
  readonly url: string
  readonly token: string
}

/** A burst of events is one look. */
const lookAfterMs = 300
const againMs = 5_000
/** More than anybody decides in one sitting. */
const mostDecisions = 100

export class MeshWatch {
  readonly #deps: MeshWatchDeps
  #place: Place | undefined
  #abort: AbortController | undefined

  constructor(deps: MeshWatchDeps) {
    this.#deps = deps
  }

  /** Undefined: there is nothing to watch. The same place again changes nothing. */
  follow(place: Place | undefined): void {
    if (place?.url === this.#place?.url && place?.token === this.#place?.token) return
    this.#place = place
    this.#abort?.abort()
    this.#deps.changed(undefined)
    if (!place) return
    this.#abort = new AbortController()
    void this.#run(place, this.#abort.signal)
  }

  /** What is still being asked is not heard any more. */
  stop(): void {
    this.follow(undefined)
  }

  /** Never rejects. */
  async #run(place: Place, signal: AbortSignal): Promise<void> {
    const isOver = (): boolean => signal.aborted
    while (!isOver()) {
      try {
        await this.#watch(place, signal)
      } catch (error) {
        if (isOver()) return
        this.#deps.log.debug({ err: error }, 'The mesh cannot be watched for the tray just now.')
        this.#deps.changed(undefined)
      }
      await wait(againMs, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }

  async #watch(place: Place, signal: AbortSignal): Promise<void> {
    const look = this.#looker(place, signal)
    await look.now()
    try {
      const events = followEvents({ ...place, signal, onBreak: () => this.#deps.changed(undefined) })
      for await (const event of events) {
        this.#tellMoved(event)
        look.soon()
      }
    } finally {
      look.stop()
    }
  }

  #looker(place: Place, signal: AbortSignal) {
    const { client } = openHttp(place)
    let timer: NodeJS.Timeout | undefined
    const now = async (): Promise<void> => {
      const [nodes, { messages }, interrupted] = await Promise.all([
        client.call('nodes.list'),
        client.call('dashboard.stats'),
        client.call('messages.list', { state: 'interrupted', limit: mostDecisions }),
      ])
      if (signal.aborted) return
      const decisions = interrupted.messages.length
      this.#deps.changed({ nodes, waiting: messages.queued, running: messages.running, decisions })
    }
    return {
      now,
      soon: (): void => {
        timer ??= setTimeout(() => {
          timer = undefined
          now().catch((error: unknown) =>
            this.#deps.log.debug({ err: error }, 'The mesh could not be read for the tray.'),
          )
        }, lookAfterMs).unref()
      },
      stop: (): void => clearTimeout(timer),
    }
  }

  #tellMoved(event: MeshEvent): void {
    if ('message' in event.data) {
      const { id, state } = event.data.message
      this.#deps.messageMoved(id, state === 'interrupted')
    } else if (event.type === 'node.online' || event.type === 'node.offline') {
      this.#deps.nodeMoved(event.data.node, event.type === 'node.online')
    }
  }
}
