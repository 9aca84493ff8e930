/**
 * Runs everything that was asked for in one turn of the event loop in one transaction: forty messages at once cost one
 * disk flush. A flush takes well under a millisecond, so it happens on the main thread.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { MeshError } from '../../contract/error.ts'
import type { Log } from '../platform/log.ts'
import { statements } from './database.ts'
import { closed, concernsWholeFile, storeFailure } from './sqlite-errors.ts'

export interface GroupCommitDeps<Note> {
  readonly db: DatabaseSync
  readonly file: string
  readonly log: Log
  /** Told after each commit what it changed, in order, before the promises of its writes resolve. */
  readonly committed: (notes: readonly Note[]) => void
  /** Told after each commit whether the file could be written; never of a fault of one write alone. */
  readonly outcome?: (failure: MeshError | undefined) => void
  /** How long a write that nobody waits for waits for another one to share its flush; 0: it does not. */
  readonly laterMs?: number | undefined
}

/** A write: runs in the transaction, leaves notes for those who watch, answers or throws. */
export type Write<Note, T> = (note: (value: Note) => void) => T

/**
 * `now`: with all else that this turn of the event loop asks for. `later`: nobody waits for it, so it joins the next commit
 * that somebody waits for, and makes one of its own only when none came.
 */
export type When = 'now' | 'later'

interface Job<Note> {
  readonly run: (note: (value: Note) => void) => void
  readonly resolve: () => void
  readonly reject: (error: MeshError) => void
}

/** Bounds how long one commit keeps everything else waiting. */
const maxJobs = 256
const usualLaterMs = 10

export class GroupCommit<Note> {
  readonly #deps: GroupCommitDeps<Note>
  readonly #waiting: Job<Note>[] = []
  readonly #sql: (sql: string) => StatementSync
  #next: NodeJS.Immediate | undefined
  #later: NodeJS.Timeout | undefined
  #closed = false

  constructor(deps: GroupCommitDeps<Note>) {
    this.#deps = deps
    this.#sql = statements(deps.db)
  }

  /** Resolves once the change is on disk. An error of `write` undoes that write only. */
  run<T>(write: Write<Note, T>, when: When = 'now'): Promise<T> {
    if (this.#closed) return Promise.reject(closed(this.#deps.file))
    return new Promise<T>((resolve, reject) => {
      let answer: { readonly value: T } | undefined
      this.#waiting.push({
        run: (note) => {
          answer = { value: write(note) }
        },
        resolve: () => {
          if (answer) resolve(answer.value)
        },
        reject,
      })
      const { laterMs = usualLaterMs } = this.#deps
      if (when === 'now' || laterMs === 0) this.#next ??= setImmediate(() => this.#turn())
      else if (!this.#next) this.#later ??= setTimeout(() => this.#turn(), laterMs)
    })
  }

  /** Commits what was asked for before, then takes nothing more. */
  close(): void {
    this.#closed = true
    clearImmediate(this.#next)
    clearTimeout(this.#later)
    while (this.#waiting.length > 0) this.#commit(this.#waiting.splice(0, maxJobs))
  }

  #turn(): void {
    clearTimeout(this.#later)
    this.#later = undefined
    clearImmediate(this.#next)
    const jobs = this.#waiting.splice(0, maxJobs)
    this.#next = this.#waiting.length > 0 ? setImmediate(() => this.#turn()) : undefined
    this.#commit(jobs)
  }

  #commit(jobs: readonly Job<Note>[]): void {
    const { file, log, committed, outcome } = this.#deps
    const refused = new Map<Job<Note>, MeshError>()
    const notes: Note[] = []
    try {
      this.#sql('BEGIN IMMEDIATE').run()
      for (const job of jobs) {
        const error = this.#runJob(job, notes)
        if (error) refused.set(job, error)
      }
      this.#sql('COMMIT').run()
    } catch (error) {
      const failure = storeFailure(error, file)
      this.#rollBack()
      log.error({ err: error, file, writes: jobs.length }, 'commit failed, nothing of it was written')
      // Refusals too: what they refer to may have been written by this very commit.
      for (const job of jobs) job.reject(failure)
      if (concernsWholeFile(error)) outcome?.(failure)
      return
    }
    outcome?.(undefined)
    committed(notes)
    for (const job of jobs) {
      const error = refused.get(job)
      if (error) job.reject(error)
      else job.resolve()
    }
  }

  /** Runs one write inside its savepoint; throws only when the whole transaction is lost. */
  #runJob(job: Job<Note>, notes: Note[]): MeshError | undefined {
    const { db, file } = this.#deps
    const ours: Note[] = []
    this.#sql('SAVEPOINT job').run()
    try {
      job.run((note) => ours.push(note))
      this.#sql('RELEASE job').run()
      notes.push(...ours)
      return undefined
    } catch (error) {
      if (!db.isTransaction || concernsWholeFile(error)) throw error
      db.exec('ROLLBACK TO job; RELEASE job')
      return storeFailure(error, file)
    }
  }

  #rollBack(): void {
    const { db, file, log } = this.#deps
    try {
      if (db.isTransaction) db.exec('ROLLBACK')
    } catch (error) {
      log.error({ err: error, file }, 'rollback failed')
    }
  }
}
