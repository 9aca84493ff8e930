/** Remembers that the model's provider failed: until a turn succeeds or a minute has passed. */
import type { MeshError } from '../../contract/error.ts'
import type { Clock } from '../platform/clock.ts'

const lastsMs = 60_000

export class ProviderTrouble {
  readonly #clock: Clock
  #seen: { readonly error: MeshError; readonly until: number } | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How a turn ended; `undefined` is success. Failures that are not the provider's change nothing. */
  note(error: MeshError | undefined): void {
    if (error === undefined) this.#seen = undefined
    else if (error.code === 'provider_failing' || error.code === 'provider_rate_limited') {
      this.#seen = { error, until: this.#clock.now() + lastsMs }
    }
  }

  current(): MeshError | undefined {
    return this.#seen && this.#seen.until > this.#clock.now() ? this.#seen.error : undefined
  }

  state(): 'ok' | 'provider_failing' | 'rate_limited' {
    const error = this.current()
    if (!error) return 'ok'
    return error.code === 'provider_rate_limited' ? 'rate_limited' : 'provider_failing'
  }
}
