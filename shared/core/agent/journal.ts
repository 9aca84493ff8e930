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
import { openDatabase, statements } from '../storage/database.ts'
import type { Migrations } from '../storage/migrate.ts'
import { storeFailure } from '../storage/sqlite-errors.ts'

export interface BegunAttempt {
  readonly ref: AttemptRef
  /** The gateway session it runs in, as the offer named it. */
  readonly session: string
}

export interface Journal {
  /** Random per database: tells the coordinator whether this one can know of an older attempt. */
  readonly journalId: string
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

/** Throws already_running, store_newer, store_failed. */
export async function openJournal({ dir, clock, log }: JournalOptions): Promise<Journal> {
  const file = path.join(dir, 'journal.db')
  const database = await openDatabase({ file, owner: 'node agent', migrations, synchronous: 'NORMAL', log })
  try {
    dropOld(database.db, clock, log)
    return journalOn(database.db, file, clock, () => database.close())
  } catch (error) {
    database.close()
    throw storeFailure(error, file)
  }
}

function journalOn(db: DatabaseSync, file: string, clock: Clock, close: () => void): Journal {
  const sql = statements(db)
  const guarded = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw storeFailure(error, file)
    }
  }
  const toRef = (row: object): AttemptRef => {
    const { message_id, attempt } = row as AttemptRef
    return { message_id, attempt }
  }

  return {
    journalId: String(sql('SELECT journal_id FROM identity').get()?.['journal_id']),

    recordBegun: (ref, { session }) =>
      guarded(() => {
        const { changes } = sql(
          'INSERT INTO attempts (message_id, attempt, session, begun_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
        ).run(ref.message_id, ref.attempt, session, isoTime(clock))
        if (Number(changes) === 0) throw alreadyBegun(ref)
      }),

    recordResult: (ref, { text, outcome, usage, error, began, effects }) =>
      guarded(() => {
        sql(
          `INSERT INTO attempts (message_id, attempt, ended_at, result, text) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET ended_at = excluded.ended_at, result = excluded.result, text = excluded.text
           WHERE result IS NULL`,
        ).run(
          ref.message_id,
          ref.attempt,
          isoTime(clock),
          JSON.stringify({ outcome, usage, error, began, effects }),
          text,
        )
      }),

    acknowledge: (ref) =>
      guarded(() => {
        sql('DELETE FROM attempts WHERE message_id = ? AND attempt = ? AND result IS NOT NULL').run(
          ref.message_id,
          ref.attempt,
        )
      }),

    begun: () =>
      guarded(() =>
        sql('SELECT message_id, attempt, session FROM attempts WHERE result IS NULL ORDER BY rowid LIMIT ?')
          .all(atMost)
          .map((row) => ({ ref: toRef(row), session: String(row['session']) })),
      ),

    results: () =>
      guarded(() =>
        sql('SELECT message_id, attempt FROM attempts WHERE result IS NOT NULL ORDER BY rowid LIMIT ?')
          .all(atMost)
          .map(toRef),
      ),

    result: (ref) =>
      guarded(() => {
        const row = sql(
          'SELECT result, text FROM attempts WHERE message_id = ? AND attempt = ? AND result IS NOT NULL',
        ).get(ref.message_id, ref.attempt)
        if (!row) return undefined
        return { ...(JSON.parse(String(row['result'])) as Omit<AttemptResult, 'text'>), text: String(row['text']) }
      }),

    get: (key) =>
      guarded(() => sql('SELECT value FROM settings WHERE key = ?').get(key)?.['value'] as string | undefined),

    set: (key, value) =>
      guarded(() => {
        sql('INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value').run(
          key,
          value,
        )
      }),

    close,
  }
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
