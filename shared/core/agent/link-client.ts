/**
 * Keeps a node linked: gets its token, dials, waits, dials again, and stops when dialling cannot help. What travels over the
 * link is not its matter.
 */
import { type ErrorBody, MeshError } from '../../contract/error.ts'
import type { Hello } from '../../contract/link.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { redialDelay } from './backoff.ts'
import { linkUrl } from './coordinator-url.ts'
import type { Credentials } from './credentials.ts'
import type { Identity } from './identity.ts'
import { judgeFailure, judgeLinkEnd, type Verdict } from './judge.ts'
import { type Connect, type LinkHandlers, SocketLink } from './link.ts'
import { sleep } from './wait.ts'

export type ClientState =
  | { readonly status: 'connecting'; readonly problem?: ErrorBody; readonly retry_in_ms?: number }
  | { readonly status: 'linked' }
  | { readonly status: 'rejected'; readonly problem: ErrorBody }

export interface LinkClientDeps {
  readonly base: string
  readonly credentials: Credentials
  readonly hello: (identity: Identity) => Hello
  readonly handlers: LinkHandlers & { unlinked(): void }
  readonly state: (state: ClientState) => void
  readonly connect: Connect
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
}

/** A link that lasted less has not ended the outage: a coordinator that drops every link must not be dialled in a loop. */
const steadyAfterMs = 5_000

export class LinkClient {
  readonly #deps: LinkClientDeps
  readonly #leaving = new AbortController()
  #running: Promise<void> | undefined
  #keeping: Promise<void> | undefined

  constructor(deps: LinkClientDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Ends the link in good order; what was sent before is written. */
  async stop(): Promise<void> {
    this.#leaving.abort()
    await this.#running
    await this.#keeping
  }

  #hasLeft(): boolean {
    return this.#leaving.signal.aborted
  }

  async #run(): Promise<void> {
    const { credentials, clock, log, random, state } = this.#deps
    let attempt = 0
    let since = clock.now()
    state({ status: 'connecting' })
    while (!this.#hasLeft()) {
      const dialledAt = clock.now()
      const verdict = await this.#once(this.#leaving.signal)
      if (this.#hasLeft()) return
      if (verdict.lost) await credentials.lost(verdict.lost)
      if (verdict.stop) {
        log.warn({ code: verdict.problem.code }, `dialling has stopped: ${verdict.problem.message}`)
        state({ status: 'rejected', problem: verdict.problem })
        return
      }
      if (verdict.linked && clock.now() - dialledAt >= steadyAfterMs) {
        attempt = 0
        since = clock.now()
      }
      const retryInMs = redialDelay({ attempt, forMs: clock.now() - since }, random)
      attempt++
      log.info({ code: verdict.problem.code, retry_in_ms: retryInMs }, `not linked: ${verdict.problem.message}`)
      state({ status: 'connecting', problem: verdict.problem, retry_in_ms: retryInMs })
      await sleep(clock, retryInMs, this.#leaving.signal)
    }
  }

  async #once(signal: AbortSignal): Promise<Verdict & { readonly linked: boolean }> {
    const { base, credentials, hello, handlers, state, connect, clock, log } = this.#deps
    try {
      const identity = await credentials.obtain(signal)
      const link = new SocketLink({
        url: linkUrl(base),
        token: identity.token,
        hello: () => hello(identity),
        handlers: {
          ...handlers,
          welcome: (current, welcome) => {
            this.#keeping = credentials.granted(welcome.node_id, welcome.name)
            handlers.welcome(current, welcome)
            state({ status: 'linked' })
          },
        },
        connect,
        clock,
        log,
        signal,
      })
      const end = await link.run()
      if (link.welcomed) handlers.unlinked()
      return { ...judgeLinkEnd(end, { base, canRegister: credentials.canRegister }), linked: link.welcomed }
    } catch (error) {
      return { ...judgeFailure(MeshError.wrap(error)), linked: false }
    }
  }
}
