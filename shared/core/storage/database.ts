/** Opens one of our SQLite files: private, locked for this process, checked after a crash, migrated. */
import { statSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { makePrivateDir } from '../platform/files.ts'
import type { Log } from '../platform/log.ts'
import { lockFile } from './file-lock.ts'
import { migrate, type Migrations } from './migrate.ts'
import { createPrivateFile, makePrivate } from './private-file.ts'
import { damaged, storeFailure } from './sqlite-errors.ts'

export interface OpenDatabase {
  readonly db: DatabaseSync
  readonly file: string
  /** Takes the log into the file, closes it, lets go of the lock; a second call does nothing. */
  close(): void
}

/** FULL: a commit survives a power cut. NORMAL and OFF: it survives the death of the process. */
export type Synchronous = 'FULL' | 'NORMAL' | 'OFF'

export interface DatabaseOptions {
  readonly file: string
  /** Who holds the file, in words: `coordinator`. */
  readonly owner: string
  readonly migrations: Migrations
  readonly synchronous: Synchronous
  readonly log: Log
}

/** We hold the file alone; another program can lock it only for as long as it looks into it. */
const busyTimeoutMs = 250
/** After a big answer the log shrinks back to this. */
const walKeepBytes = 16 * 1024 * 1024
/** Pages in the log that have it taken into the file, which costs two flushes: every 16 MB in place of every 4. */
const checkpointPages = 4_000

/** Throws already_running, store_newer, store_failed. */
export async function openDatabase(options: DatabaseOptions): Promise<OpenDatabase> {
  const { file, owner } = options
  let unlock: (() => void) | undefined
  try {
    await makePrivateDir(path.dirname(file))
    const release = lockFile(file, owner)
    unlock = release
    const db = openLocked(options)
    return {
      db,
      file,
      close: () => {
        try {
          if (db.isOpen) db.close()
        } finally {
          release()
        }
      },
    }
  } catch (error) {
    unlock?.()
    throw storeFailure(error, file)
  }
}

function openLocked({ file, migrations, synchronous, log }: DatabaseOptions): DatabaseSync {
  const wal = `${file}-wal`
  const crashed = sizeOf(wal) > 0
  createPrivateFile(file)
  // SQLite gives -wal and -shm the mode of the file itself; these may be left over from another time.
  for (const each of [file, wal, `${file}-shm`]) makePrivate(each)
  const db = new DatabaseSync(file, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true })
  try {
    db.exec(`PRAGMA journal_mode = WAL`)
    db.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA journal_size_limit = ${walKeepBytes}`)
    db.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`)
    if (crashed) checkPages(db, file)
    migrate({ db, file, migrations, log })
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Reads every page, so only after the last run did not close the file; damage in between shows when it is met. */
function checkPages(db: DatabaseSync, file: string): void {
  const verdict = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
  if (verdict !== 'ok') throw damaged(file, undefined, String(verdict))
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

/** Prepares each statement once. The set of texts is closed: they come from the code, never from input. */
export function statements(db: DatabaseSync): (sql: string) => StatementSync {
  const prepared = new Map<string, StatementSync>()
  return (sql) => {
    let statement = prepared.get(sql)
    if (!statement) {
      statement = db.prepare(sql)
      prepared.set(sql, statement)
    }
    return statement
  }
}
