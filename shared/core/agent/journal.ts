/**
 * What the node agent must not forget: attempts that it began, results that the coordinator has not acknowledged, and a
 * few values of its own. Each call is on disk when it returns, so that it survives the death of the process.
 */
import path from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { MeshError } from '../../contract/error.ts'
import { type AttemptRef, runId } from '../../contract/link.ts'
import type { AttemptResult } from '../../domain/message/events.ts'
import type { Clock } from '../platform/clock.ts'
import { isoTime } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { type OpenDatabase, openDatabase, statements } from '../storage/database.ts'
import type { Migrations } from '../storage/migrate.ts'
import type { SetAside } from '../storage/set-aside.ts'
import { isDamage, storeFailure } from '../storage/sqlite-errors.ts'

export interface BegunAttempt {
  readonly ref: AttemptRef
  /** The gateway session it runs in, as the offer named it. */
  readonly session: string
}

export interface Journal {
  /** Random per database: tells the coordinator whether this one can know of an older attempt. */
  readonly journalId: string
  /** Why it could not be written last time, if it still cannot: nothing may begin then. */
  trouble(): MeshError | undefined
  /** Before the gateway is called. Throws for an attempt that is already there: none begins twice. */
  recordBegun(ref: AttemptRef, attempt: { readonly session: string }): void
  /** The first result of an attempt stays; the attempt need not have begun. */
  recordResult(ref: AttemptRef, result: AttemptResult): void
  /** The coordinator has the result: forgets the attempt. Nothing for one that has no result yet. */
  acknowledge(ref: AttemptRef): void
  /** Begun and without result, oldest first. */
  begun(): BegunAttempt[]
  /** With a result that was not acknowledged, oldest first. */
  results(): AttemptRef[]
  result(ref: AttemptRef): AttemptResult | undefined
  get(key: string): string | undefined
  set(key: string, value: string): void
  close(): void
}

export interface JournalOptions {
  readonly dir: string
  readonly clock: Clock
  readonly log: Log
  /** The journal was damaged: it was set aside and a new one begun, under another `journalId`. */
  readonly onSetAside?: ((setAside: SetAside) => void) | undefined
}

const keepResultsMs = 7 * 24 * 3_600_000
/** As many as a `hello` may list. */
const atMost = 10_000

const migrations: Migrations = [
  `
  CREATE TABLE attempts (
    message_id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    session TEXT,
    begun_at TEXT,
    ended_at TEXT,
    result TEXT,
    text TEXT,
    PRIMARY KEY (message_id, attempt)
  ) STRICT;
  CREATE TABLE identity (journal_id TEXT NOT NULL) STRICT;
  INSERT INTO identity VALUES (lower(hex(randomblob(16))));
  CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
]

/** A damaged file is set aside and a new journal begun, at the start and later. Throws already_running, store_newer, store_failed. */
export async function openJournal({ dir, clock, log, onSetAside }: JournalOptions): Promise<Journal> {
  const file = path.join(dir, 'journal.db')
  const inventory = {
    begun: 'SELECT count(*) AS n FROM attempts WHERE result IS NULL',
    results: 'SELECT count(*) AS n FROM attempts WHERE result IS NOT NULL',
  }
  const database = await openDatabase({
    file,
    owner: 'node agent',
    migrations,
    synchronous: 'NORMAL',
    inventory,
    clock,
    log,
  })
  try {
    dropOld(database.db, clock, log)
    if (database.setAside) onSetAside?.(database.setAside)
    return new SqliteJournal(database, clock, onSetAside)
  } catch (error) {
    database.close()
    throw storeFailure(error, file)
  }
}

class SqliteJournal implements Journal {
  readonly #clock: Clock
  readonly #onSetAside: JournalOptions['onSetAside']
  /** Small and known from now on, so that a new journal has them too. */
  readonly #settings = new Map<string, string>()
  #database: OpenDatabase
  #sql: ReturnType<typeof statements>
  #journalId: string
  #trouble: MeshError | undefined

  constructor(database: OpenDatabase, clock: Clock, onSetAside: JournalOptions['onSetAside']) {
    this.#clock = clock
    this.#onSetAside = onSetAside
    this.#database = database
    this.#sql = statements(database.db)
    this.#journalId = this.#readId()
    for (const row of this.#sql('SELECT key, value FROM settings').all())
      this.#settings.set(String(row['key']), String(row['value']))
  }

  get journalId(): string {
    return this.#journalId
  }

  trouble(): MeshError | undefined {
    if (!this.#trouble) return undefined
    try {
      this.set('tried_at', isoTime(this.#clock))
    } catch (error) {
      return storeFailure(error, this.#database.file)
    }
    return undefined
  }

  recordBegun(ref: AttemptRef, { session }: { readonly session: string }): void {
    this.#write(() => {
      const { changes } = this.#sql(
        'INSERT INTO attempts (message_id, attempt, session, begun_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
      ).run(ref.message_id, ref.attempt, session, isoTime(this.#clock))
      if (Number(changes) === 0) throw alreadyBegun(ref)
    })
  }

  recordResult(ref: AttemptRef, { text, outcome, usage, error, began, effects }: AttemptResult): void {
    this.#write(() => {
      this.#sql(
        `INSERT INTO attempts (message_id, attempt, ended_at, result, text) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET ended_at = excluded.ended_at, result = excluded.result, text = excluded.text
         WHERE result IS NULL`,
      ).run(
        ref.message_id,
        ref.attempt,
        isoTime(this.#clock),
        JSON.stringify({ outcome, usage, error, began, effects }),
        text,
      )
    })
  }

  acknowledge(ref: AttemptRef): void {
    this.#write(() => {
      this.#sql('DELETE FROM attempts WHERE message_id = ? AND attempt = ? AND result IS NOT NULL').run(
        ref.message_id,
        ref.attempt,
      )
    })
  }

  begun(): BegunAttempt[] {
    return this.#guarded(() =>
      this.#sql('SELECT message_id, attempt, session FROM attempts WHERE result IS NULL ORDER BY rowid LIMIT ?')
        .all(atMost)
        .map((row) => ({ ref: toRef(row), session: String(row['session']) })),
    )
  }

  results(): AttemptRef[] {
    return this.#guarded(() =>
      this.#sql('SELECT message_id, attempt FROM attempts WHERE result IS NOT NULL ORDER BY rowid LIMIT ?')
        .all(atMost)
        .map(toRef),
    )
  }

  result(ref: AttemptRef): AttemptResult | undefined {
    return this.#guarded(() => {
      const row = this.#sql(
        'SELECT result, text FROM attempts WHERE message_id = ? AND attempt = ? AND result IS NOT NULL',
      ).get(ref.message_id, ref.attempt)
      if (!row) return undefined
      return { ...(JSON.parse(String(row['result'])) as Omit<AttemptResult, 'text'>), text: String(row['text']) }
    })
  }

  get(key: string): string | undefined {
    return this.#settings.get(key)
  }

  set(key: string, value: string): void {
    this.#write(() => this.#writeSetting(key, value))
    this.#settings.set(key, value)
  }

  close(): void {
    this.#database.close()
  }

  #writeSetting(key: string, value: string): void {
    this.#sql('INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value').run(
      key,
      value,
    )
  }

  #write(work: () => void): void {
    try {
      this.#guarded(work)
      this.#trouble = undefined
    } catch (error) {
      const failure = storeFailure(error, this.#database.file)
      if (failure.code !== 'internal') this.#trouble = failure
      throw failure
    }
  }

  /** What meets a damaged file is done again on a new one: what the agent works on it still knows. */
  #guarded<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (!isDamage(error)) throw storeFailure(error, this.#database.file)
      this.#begin(error)
      return work()
    }
  }

  #begin(problem: unknown): void {
    const { file } = this.#database
    try {
      this.#database = this.#database.replace(problem)
      this.#sql = statements(this.#database.db)
      this.#journalId = this.#readId()
      for (const [key, value] of this.#settings) this.#writeSetting(key, value)
    } catch (error) {
      throw storeFailure(error, file)
    }
    if (this.#database.setAside) this.#onSetAside?.(this.#database.setAside)
  }

  #readId(): string {
    return String(this.#sql('SELECT journal_id FROM identity').get()?.['journal_id'])
  }
}

function toRef(row: object): AttemptRef {
  const { message_id, attempt } = row as AttemptRef
  return { message_id, attempt }
}

/** A coordinator that has not come for a result in a week will not; the file must not grow for ever. */
function dropOld(db: DatabaseSync, clock: Clock, log: Log): void {
  const before = new Date(clock.now() - keepResultsMs).toISOString()
  const { changes } = db.prepare('DELETE FROM attempts WHERE result IS NOT NULL AND ended_at < ?').run(before)
  if (Number(changes) > 0) log.warn({ results: Number(changes), before }, 'dropped results that nobody fetched')
}

const alreadyBegun = (ref: AttemptRef): MeshError =>
  new MeshError('internal', `Attempt ${runId(ref)} began before; it does not begin again.`, {
    hint: 'The coordinator offered one attempt twice; its log has more.',
    details: { ...ref },
  })
