/**
 * Whether the store can be written. A full disk or a failing one passes: writing is tried again until it works. A damaged
 * file does not: whoever owns the store is told, once.
 */
import type { MeshError } from '../../contract/error.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { suspect } from './set-aside.ts'
import { isDamage } from './sqlite-errors.ts'

export interface StoreTroubleDeps {
  readonly file: string
  /** Ends in `heard`. */
  readonly tryWriting: () => void
  readonly clock: Clock
  readonly log: Log
}

const tryEveryMs = 1_000

export class StoreTrouble {
  readonly #deps: StoreTroubleDeps
  readonly #listeners: ((error: MeshError) => void)[] = []
  #now: MeshError | undefined
  #cancel: () => void = () => undefined
  #stopped = false

  constructor(deps: StoreTroubleDeps) {
    this.#deps = deps
  }

  get now(): MeshError | undefined {
    return this.#now
  }

  onDamaged(listener: (error: MeshError) => void): void {
    if (this.#now && isDamage(this.#now)) listener(this.#now)
    else this.#listeners.push(listener)
  }

  /** Why writing failed just now; undefined when it worked. */
  heard(failure: MeshError | undefined): void {
    // A write that happens to work does not mend a damaged file.
    if (this.#stopped || (this.#now && isDamage(this.#now))) return
    this.#cancel()
    const { file, log, clock, tryWriting } = this.#deps
    if (failure === undefined) {
      if (this.#now) log.info({ file }, 'The store can be written again.')
      this.#now = undefined
      return
    }
    if (this.#now?.code !== failure.code)
      log.error({ err: failure, file, hint: failure.hint }, 'Nothing can be written: no new messages are taken.')
    this.#now = failure
    if (!isDamage(failure)) {
      this.#cancel = clock.after(tryEveryMs, tryWriting)
      return
    }
    suspect(file, log)
    for (const listener of this.#listeners.splice(0)) listener(failure)
  }

  stop(): void {
    this.#stopped = true
    this.#cancel()
  }
}
