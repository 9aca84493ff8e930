/** Only one process may have a database open. The operating system holds the lock and lets go of it when the process dies, however. */
import { DatabaseSync } from 'node:sqlite'
import { MeshError } from '../../contract/error.ts'
import { createPrivateFile } from './private-file.ts'
import { isBusy, storeFailure } from './sqlite-errors.ts'

/**
 * Locks `<file>.lock` until the returned function is called. The lock is an open write transaction on a database of
 * its own, so that there is no pid to go stale and the guarded file stays readable for other programs.
 */
export function lockFile(file: string, owner: string): () => void {
  const lock = `${file}.lock`
  let db: DatabaseSync | undefined
  try {
    createPrivateFile(lock)
    db = new DatabaseSync(lock, { timeout: 0 })
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
