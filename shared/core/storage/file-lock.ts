/** Only one process may have a database open. The operating system holds the lock and lets go of it when the process dies, however. */
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { MeshError } from '../../contract/error.ts'
import { createPrivateFile } from './private-file.ts'
import { isBusy, storeFailure } from './sqlite-errors.ts'

/** Outlasts another process that only looks whether the file is locked. */
const lookMs = 250

/** Whether a living process holds the lock. */
export function isLocked(file: string): boolean {
  const lock = `${file}.lock`
  if (!existsSync(lock)) return false
  const db = new DatabaseSync(lock, { timeout: 0 })
  try {
    db.exec('BEGIN; SELECT count(*) FROM sqlite_schema; ROLLBACK')
    return false
  } catch (error) {
    return isBusy(error)
  } finally {
    db.close()
  }
}

/**
 * Locks `<file>.lock` until the returned function is called. The lock is an open write transaction on a database of
 * its own, so that there is no pid to go stale and the guarded file stays readable for other programs.
 */
export function lockFile(file: string, owner: string): () => void {
  const lock = `${file}.lock`
  let db: DatabaseSync | undefined
  try {
    createPrivateFile(lock)
    db = new DatabaseSync(lock, { timeout: lookMs })
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db?.close()
    if (!isBusy(error)) throw storeFailure(error, lock)
    throw new MeshError('already_running', `Another ${owner} is running on ${file}.`, {
      cause: error,
      hint: 'Use that one, or stop it first. To run several on one machine, give each its own folder with CLAW_MESH_HOME.',
      details: { file },
    })
  }
  const held = db
  return () => {
    if (held.isOpen) held.close()
  }
}
