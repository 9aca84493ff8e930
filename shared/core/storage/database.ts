/** Opens one of our SQLite files: private, locked for this process, checked after a crash, migrated. */
import { statSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Clock } from '../platform/clock.ts'
import { makePrivateDir } from '../platform/files.ts'
import type { Log } from '../platform/log.ts'
import { lockFile } from './file-lock.ts'
import { migrate, type Migrations } from './migrate.ts'
import { createPrivateFile, makePrivate } from './private-file.ts'
import { forgetSuspicion, type Inventory, isSuspect, type SetAside, setAside } from './set-aside.ts'
import { damaged, isDamage, storeFailure } from './sqlite-errors.ts'

export interface OpenDatabase {
  readonly db: DatabaseSync
  readonly file: string
  /** The file that was there was damaged: what became of it. This one is new. */
  readonly setAside: SetAside | undefined
  /** The file turned out to be damaged: it is set aside and closed, and this is a new one in its place, under the same lock. */
  replace(problem: unknown): OpenDatabase
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
  /** What a damaged file still tells of its contents, for those who want to know what they lost. */
  readonly inventory?: Inventory
  readonly clock: Clock
  readonly log: Log
}

/** We hold the file alone; another program can lock it only for as long as it looks into it. */
const busyTimeoutMs = 250
/** After a big answer the log shrinks back to this. */
const walKeepBytes = 16 * 1024 * 1024
/** Pages in the log that have it taken into the file, which costs two flushes: every 16 MB in place of every 4. */
const checkpointPages = 4_000

/** A damaged file is set aside and a new one begun. Throws already_running, store_newer, store_failed, disk_full. */
export async function openDatabase(options: DatabaseOptions): Promise<OpenDatabase> {
  const { file, owner } = options
  let unlock: (() => void) | undefined
  try {
    await makePrivateDir(path.dirname(file))
    const release = lockFile(file, owner)
    unlock = release
    return locked(options, release, openOrReplace(options))
  } catch (error) {
    unlock?.()
    throw storeFailure(error, file)
  }
}

type Opened = Pick<OpenDatabase, 'db' | 'setAside'>

function locked(options: DatabaseOptions, unlock: () => void, { db, setAside: aside }: Opened): OpenDatabase {
  const shut = (): void => {
    if (db.isOpen) db.close()
  }
  return {
    db,
    file: options.file,
    setAside: aside,
    replace: (problem) => {
      shut()
      const again = setAside(options, storeFailure(problem, options.file))
      return locked(options, unlock, { db: openLocked(options), setAside: again })
    },
    close: () => {
      try {
        shut()
      } finally {
        unlock()
      }
    },
  }
}

function openOrReplace(options: DatabaseOptions): Opened {
  try {
    return { db: openLocked(options), setAside: undefined }
  } catch (error) {
    if (!isDamage(error)) throw error
    const aside = setAside(options, storeFailure(error, options.file))
    return { db: openLocked(options), setAside: aside }
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
    if (isSuspect(file)) checkWhole(db, file)
    else if (crashed) checkPages(db, file)
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

/** Damage was met while it was open: every page and every index is looked at, once. */
function checkWhole(db: DatabaseSync, file: string): void {
  const verdict = db.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check']
  if (verdict !== 'ok') throw damaged(file, undefined, String(verdict))
  forgetSuspicion(file)
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
