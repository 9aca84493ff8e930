/** Keeps one connection to the gateway open for as long as the agent runs: dials, dials again, and says how it stands. */
import { type Static, type TSchema } from 'typebox'
import { isValid } from '../../contract/check.ts'
import { MeshError } from '../../contract/error.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { GatewayTarget } from './find-openclaw.ts'
import { gatewayDown } from './rpc-errors.ts'
import { type EventFrame, RunPayload } from './rpc-frames.ts'
import { RpcSocket } from './rpc-socket.ts'

export interface ConnectionDeps {
  /** Asked before every attempt, so that a corrected token or a new port is found without a restart. */
  readonly locate: () => Promise<GatewayTarget>
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  readonly version: string
}

export type LinkState =
  | { readonly up: true; readonly version: string; readonly boot_id: string }
  | { readonly up: false; readonly error: MeshError }

type Listener<T> = (value: T) => void

const maxWatched = 1_000
const readEvents = new Set(['chat', 'agent', 'shutdown', 'gateway.suspension', 'skills.changed', 'connect.challenge'])
const head = /^\{"type":"event","event":"([^"]+)"(?:,"payload":\{"runId":"([^"\\]+)")?/

export class RpcConnection {
  readonly #deps: ConnectionDeps
  readonly #runs = new Map<string, Listener<EventFrame>>()
  readonly #eventListeners = new Set<Listener<EventFrame>>()
  readonly #stateListeners = new Set<Listener<LinkState>>()
  readonly #stopping = new AbortController()
  #state: LinkState = { up: false, error: gatewayDown('claw-mesh has not dialled it yet') }
  #socket: RpcSocket | undefined
  #target: GatewayTarget | undefined
  #loop: Promise<void> | undefined
  #wake: () => void = () => undefined

  constructor(deps: ConnectionDeps) {
    this.#deps = deps
  }

  get state(): LinkState {
    return this.#state
  }

  /** Where the gateway was when it was last dialled. */
  get target(): GatewayTarget | undefined {
    return this.#target
  }

  /** Resolves when the first attempt has ended, well or not. */
  async start(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.#loop ??= this.#keepOpen(() => resolve(undefined))
    await promise
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#socket?.close(gatewayDown('claw-mesh is stopping'))
    this.#wake()
    await this.#loop
  }

  request<S extends TSchema>(method: string, params: object, schema: S, timeoutMs: number): Promise<Static<S>> {
    if (!this.#socket) return Promise.reject(this.#downReason())
    return this.#socket.request(method, params, schema, timeoutMs)
  }

  call(...[method, params, pending]: Parameters<RpcSocket['call']>): () => void {
    if (this.#socket) return this.#socket.call(method, params, pending)
    pending.onClose(this.#downReason())
    return () => undefined
  }

  /** Events of one run, across reconnections. */
  watch(runId: string, listener: Listener<EventFrame>): () => void {
    if (this.#runs.size >= maxWatched) throw new MeshError('queue_full', 'Too many turns are watched at once.')
    this.#runs.set(runId, listener)
    return () => this.#runs.delete(runId)
  }

  /** Events that belong to no run. */
  onEvent(listener: Listener<EventFrame>): () => void {
    this.#eventListeners.add(listener)
    return () => this.#eventListeners.delete(listener)
  }

  onState(listener: Listener<LinkState>): () => void {
    this.#stateListeners.add(listener)
    return () => this.#stateListeners.delete(listener)
  }

  /** Resolves at once when the connection is up. Rejects with the signal's reason. */
  async whenUp(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#state.up) return
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    const forget = this.onState((state) => {
      if (state.up) resolve(undefined)
    })
    const give = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', give)
    try {
      await promise
    } finally {
      forget()
      signal.removeEventListener('abort', give)
    }
  }

  #downReason(): MeshError {
    return this.#state.up ? gatewayDown('the connection is closing') : this.#state.error
  }

  async #keepOpen(onFirst: () => void): Promise<void> {
    const { signal } = this.#stopping
    for (let failures = 0; !signal.aborted;) {
      try {
        this.#target = await this.#deps.locate()
        const socket = await RpcSocket.dial(this.#target, this.#socketDeps(), signal)
        this.#socket = socket
        failures = 0
        const { version, bootId } = socket.hello.server
        this.#setState({ up: true, version, boot_id: bootId ?? '' })
        onFirst()
        const reason = await socket.closed
        this.#socket = undefined
        this.#setState({ up: false, error: reason })
      } catch (error) {
        this.#setState({ up: false, error: MeshError.wrap(error) })
        onFirst()
      }
      if (!this.#isStopping()) await this.#pause(retryDelay(failures++, this.#downReason(), this.#deps.random()))
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted
  }

  #socketDeps() {
    return {
      clock: this.#deps.clock,
      version: this.#deps.version,
      onEvent: (event: EventFrame) => this.#onEvent(event),
      isWanted: (start: string) => this.#isWanted(start),
    }
  }

  /** Every event carries its whole text again, and we see those of every run on the gateway: most are never parsed. */
  #isWanted(start: string): boolean {
    const [, event, runId] = head.exec(start) ?? []
    if (event === undefined) return true
    if (!readEvents.has(event)) return false
    if (runId === undefined) return true
    return this.#runs.has(runId) && !start.includes('"stream":"assistant"')
  }

  #onEvent(event: EventFrame): void {
    if (isValid(RunPayload, event.payload)) this.#runs.get(event.payload.runId)?.(event)
    else for (const listener of [...this.#eventListeners]) listener(event)
  }

  #setState(state: LinkState): void {
    const changed =
      state.up !== this.#state.up || (!state.up && !this.#state.up && state.error.code !== this.#state.error.code)
    this.#state = state
    if (changed) {
      if (state.up) this.#deps.log.info({ version: state.version }, 'connected to the gateway')
      else this.#deps.log.warn({ code: state.error.code }, state.error.message)
    }
    for (const listener of [...this.#stateListeners]) listener(state)
  }

  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const cancel = this.#deps.clock.after(ms, () => resolve(undefined))
    this.#wake = () => resolve(undefined)
    await promise
    cancel()
  }
}

/** A refused token is a person's to mend: slowly, but by itself once the file is corrected. */
export function retryDelay(failures: number, reason: MeshError, random: number): number {
  if (reason.code === 'gateway_token_refused' || reason.code === 'gateway_not_found') return 3_000
  return Math.min(2_000, 200 * 2 ** Math.min(failures, 10)) * (0.75 + random / 4)
}
