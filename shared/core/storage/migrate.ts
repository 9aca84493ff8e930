/** Brings a database file to the schema of this version: forwards only, each step whole or not at all, an older file kept aside. */
import { renameSync, rmSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { MeshError } from '../../contract/error.ts'
import type { Log } from '../platform/log.ts'
import { createPrivateFile } from './private-file.ts'

/** Step n (from 0) leads from version n to n + 1. A released step is never edited. */
export type Migrations = readonly string[]

export interface MigrateOptions {
  readonly db: DatabaseSync
  readonly file: string
  readonly migrations: Migrations
  readonly log: Log
}

export function migrate({ db, file, migrations, log }: MigrateOptions): void {
  const found = Number(db.prepare('PRAGMA user_version').get()?.['user_version'])
  const wanted = migrations.length
  if (found > wanted) throw newer(file, found, wanted)
  if (found === wanted) return
  if (found === 0) refuseForeign(db, file)
  else log.info({ file, from: found, to: wanted, copy: keepAside(db, file, found) }, 'database is older: migrating it')
  for (const [index, sql] of migrations.entries()) {
    if (index < found) continue
    db.exec('BEGIN IMMEDIATE')
    try {
      db.exec(sql)
      db.exec(`PRAGMA user_version = ${index + 1}`)
      db.exec('COMMIT')
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw error
    }
  }
}

/** Written beside and renamed, so that a crash half-way never replaces a good copy. */
function keepAside(db: DatabaseSync, file: string, version: number): string {
  const copy = `${file}.bak-v${version}`
  const beside = `${copy}.tmp`
  rmSync(beside, { force: true })
  createPrivateFile(beside)
  db.prepare('VACUUM INTO ?').run(beside)
  renameSync(beside, copy)
  return copy
}

function newer(file: string, found: number, wanted: number): MeshError {
  return new MeshError('store_newer', `${file} has schema version ${found}; this claw-mesh knows up to ${wanted}.`, {
    hint: `A newer claw-mesh wrote it: update this one. To go back instead, put the copy "${file}.bak-v${wanted}" in its place, if there is one.`,
    details: { file, found, known: wanted },
  })
}

function refuseForeign(db: DatabaseSync, file: string): void {
  if (db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined) return
  throw new MeshError('store_failed', `${file} is a database of another program.`, {
    hint: 'Move it away, or give claw-mesh its own folder with CLAW_MESH_HOME.',
    details: { file },
  })
}
