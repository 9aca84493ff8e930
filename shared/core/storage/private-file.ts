/** Files that SQLite will open, made 0600 before it does. */
import { chmodSync, closeSync, openSync } from 'node:fs'

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

/**
 * Makes an empty file that only its owner can read, unless it is there. An existing one is never opened: closing any
 * handle on a file drops every POSIX lock that this process holds on it, SQLite's too.
 */
export function createPrivateFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  }
}

/** Takes away what others may do with the file, if it is there. */
export function makePrivate(file: string): void {
  try {
    chmodSync(file, 0o600)
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
  }
}
