/** Keeps a node's capabilities current: collects them again regularly and on demand, tells only of changes. */
import { isDeepStrictEqual } from 'node:util'
import type { Capabilities, SkillDetail } from '../../contract/capabilities.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { assemble } from './capabilities.ts'
import { lastKnown, type MachineProbe } from './machine-probe.ts'

/** Registration waits for this much; what takes longer follows as a change. */
export const firstPatienceMs = 1_000
export const patienceMs = 20_000
export const collectEveryMs = 5 * 60_000

export interface CapabilityDeps {
  readonly clock: Clock
  readonly log: Log
  readonly tags: readonly string[]
  readonly probe: MachineProbe
  readonly skills: () => Promise<SkillDetail[]>
  readonly changed: (capabilities: Capabilities) => void
}

export class CapabilityWatch {
  readonly #deps: CapabilityDeps
  readonly #skills: (patienceMs: number) => Promise<SkillDetail[]>
  #current: Capabilities | undefined
  #collecting: Promise<void> | undefined
  #again = false
  #stopped = false
  #cancel: () => void = () => undefined

  constructor(deps: CapabilityDeps) {
    this.#deps = deps
    this.#skills = lastKnown(deps, 'skills', deps.skills, [])
  }

  /** The first collection, cut short; a patient one follows by itself. */
  async start(): Promise<void> {
    await this.#collect(firstPatienceMs)
    this.refresh()
  }

  /** Collects again, now or as soon as the collection under way has ended. */
  refresh(): void {
    if (this.#stopped) return
    if (this.#collecting) {
      this.#again = true
      return
    }
    this.#cancel()
    this.#collecting = this.#collect(patienceMs)
      .catch((error: unknown) => this.#deps.log.error({ err: error }, 'capabilities could not be collected'))
      .finally(() => this.#collected())
  }

  stop(): void {
    this.#stopped = true
    this.#cancel()
  }

  /** Throws before `start()` has resolved. */
  get current(): Capabilities {
    if (!this.#current) throw new Error('Capabilities are asked for before they were collected.')
    return this.#current
  }

  #collected(): void {
    this.#collecting = undefined
    if (this.#stopped) return
    if (this.#again) {
      this.#again = false
      this.refresh()
    } else {
      this.#cancel = this.#deps.clock.after(collectEveryMs, () => this.refresh())
    }
  }

  async #collect(patience: number): Promise<void> {
    const [machine, skills] = await Promise.all([this.#deps.probe(patience), this.#skills(patience)])
    if (this.#stopped) return
    const collected = assemble(machine, this.#deps.tags, skills)
    if (isDeepStrictEqual(collected, this.#current)) return
    const first = !this.#current
    this.#current = collected
    if (!first) this.#deps.changed(collected)
  }
}
