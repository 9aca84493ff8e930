/**
 * Results of attempts, kept on disk until the coordinator has acknowledged them. Sends them over whatever link there is,
 * one after the other, so that no more than one answer is in memory at a time.
 */
import { MeshError } from '../../contract/error.ts'
import { type AttemptRef, runId } from '../../contract/link.ts'
import type { AttemptResult } from '../../domain/message/events.ts'
import type { Log } from '../platform/log.ts'
import type { Journal } from './journal.ts'
import type { Link } from './link.ts'
import { settledResult } from './turn.ts'
import { fitAnswer, resultFrames } from './result-frames.ts'

export class Outbox {
  readonly #deps: { readonly journal: Journal; readonly log: Log }
  readonly #held = new Map<string, AttemptRef>()
  /** Results that the disk would not take. */
  readonly #unwritten = new Map<string, AttemptResult>()
  readonly #queue = new Set<string>()
  #link: Link | undefined
  #pumping: Link | undefined

  constructor(deps: { readonly journal: Journal; readonly log: Log }) {
    this.#deps = deps
  }

  /** Takes up what an earlier run left unacknowledged. */
  load(): void {
    for (const ref of this.#deps.journal.results()) this.#held.set(runId(ref), ref)
  }

  get size(): number {
    return this.#held.size
  }

  has(ref: AttemptRef): boolean {
    return this.#held.has(runId(ref))
  }

  refs(): AttemptRef[] {
    return [...this.#held.values()]
  }

  keep(ref: AttemptRef, answer: AttemptResult): void {
    const result = fitAnswer(answer)
    try {
      this.#deps.journal.recordResult(ref, result)
    } catch (error) {
      this.#unwritten.set(runId(ref), result)
      this.#deps.log.error({ err: error, run_id: runId(ref) }, 'a result could not be written; it is kept in memory')
    }
    this.#held.set(runId(ref), ref)
    this.send(ref)
  }

  /** What could not be written is tried again; until it is, it lasts as long as the process. */
  writeDown(): void {
    for (const [key, result] of this.#unwritten) {
      const ref = this.#held.get(key)
      try {
        if (ref) this.#deps.journal.recordResult(ref, result)
        this.#unwritten.delete(key)
      } catch {
        // It was said when it could not be written the first time.
        return
      }
    }
  }

  /** Sends a result that is kept here, again if need be. */
  send(ref: AttemptRef): void {
    if (!this.#link || !this.has(ref)) return
    this.#queue.add(runId(ref))
    void this.#pump(this.#link)
  }

  acknowledge(ref: AttemptRef): void {
    if (!this.#held.delete(runId(ref))) return
    const unwritten = this.#unwritten.get(runId(ref))
    this.#unwritten.delete(runId(ref))
    try {
      // An attempt without a result counts as begun; left so, it would be looked for at every start.
      if (unwritten) this.#deps.journal.recordResult(ref, unwritten)
      this.#deps.journal.acknowledge(ref)
    } catch (error) {
      // It stays in the file and is offered again after a restart, which the coordinator acknowledges again.
      this.#deps.log.error({ err: error, run_id: runId(ref) }, 'an acknowledged result could not be forgotten')
    }
  }

  /** What was sent over an earlier link and not acknowledged is sent again. */
  linked(link: Link): void {
    this.#link = link
    for (const ref of this.#held.values()) this.send(ref)
  }

  unlinked(): void {
    this.#link = undefined
    this.#queue.clear()
  }

  async #pump(link: Link): Promise<void> {
    if (this.#pumping === link) return
    this.#pumping = link
    for (const key of this.#queue) {
      this.#queue.delete(key)
      const ref = this.#held.get(key)
      const result = ref && this.#read(ref)
      if (!ref || !result) continue
      for (const frame of resultFrames(ref, result)) {
        if (!(await link.room()) || this.#link !== link) return
        link.send(frame)
      }
    }
    this.#pumping = undefined
  }

  #read(ref: AttemptRef): AttemptResult | undefined {
    const unwritten = this.#unwritten.get(runId(ref))
    if (unwritten) return unwritten
    try {
      return this.#deps.journal.result(ref) ?? lost(ref)
    } catch (error) {
      this.#deps.log.error({ err: MeshError.wrap(error), run_id: runId(ref) }, 'a result could not be read back')
      return undefined
    }
  }
}

/** The journal was damaged and this answer was in it only. */
function lost(ref: AttemptRef): AttemptResult {
  const error = new MeshError('message_interrupted', `The answer of ${runId(ref)} was lost with a damaged journal.`, {
    hint: 'The turn has run. Look at that machine before you send the message again.',
  })
  return settledResult({ state: 'interrupted', error: error.toBody() }, '')
}
