/** A damaged database is moved out of the way, whole, and kept: the process begins with a new one, and says what was lost. */
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { MeshError } from '../../contract/error.ts'
import type { Clock } from '../platform/clock.ts'
import { isoTime } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'

/** Named counts, each by its query. */
export type Inventory = Readonly<Record<string, string>>

export interface SetAside {
  readonly file: string
  /** Where it is kept, with its `-wal` beside it. */
  readonly kept: string
  /** What is wrong with it. */
  readonly why: string
  /** As far as the damaged file still tells. */
  readonly lost: Readonly<Record<string, number>>
}

export interface SetAsideOptions {
  readonly file: string
  readonly inventory?: Inventory
  readonly clock: Clock
  readonly log: Log
}

/** Part of the kept file's name; the time follows. */
export const damagedMark = '.damaged-'

export function setAside({ file, inventory = {}, clock, log }: SetAsideOptions, problem: MeshError): SetAside {
  const kept = `${file}${damagedMark}${isoTime(clock).replaceAll(/[:.]/g, '-')}`
  // The file itself goes last: a log that stayed behind would be read into the new one.
  for (const part of ['-wal', '-shm', '']) {
    if (isThere(file + part)) renameSync(file + part, kept + part)
  }
  forgetSuspicion(file)
  const aside = { file, kept, why: problem.message, lost: count(kept, inventory) }
  log.error({ ...aside, err: problem.cause }, 'A damaged database was set aside; a new one was begun.')
  return aside
}

const suspicion = (file: string): string => `${file}.suspect`

/** Has the next opener look at every page: a file that closes in good order is trusted otherwise. */
export function suspect(file: string, log: Log): void {
  try {
    writeFileSync(suspicion(file), '', { mode: 0o600 })
  } catch (error) {
    log.error({ err: error, file }, 'It could not be noted that the database is damaged.')
  }
}

export const isSuspect = (file: string): boolean => isThere(suspicion(file))
export const forgetSuspicion = (file: string): void => rmSync(suspicion(file), { force: true })

function count(kept: string, inventory: Inventory): Record<string, number> {
  const counts: Record<string, number> = {}
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(kept, { readOnly: true })
    for (const [name, query] of Object.entries(inventory)) {
      const found = tryCount(db, query)
      if (found !== undefined) counts[name] = found
    }
  } catch {
    // Nothing can be read of it: nothing is told.
  } finally {
    db?.close()
  }
  return counts
}

/** What one query cannot read another may. */
function tryCount(db: DatabaseSync, query: string): number | undefined {
  try {
    return Number(db.prepare(query).get()?.['n'])
  } catch {
    return undefined
  }
}

const isThere = (file: string): boolean => statSync(file, { throwIfNoEntry: false }) !== undefined
