/** The coordinator of the soak: the real one, with a retention of seconds, that says what it holds when its parent asks. */
import { statSync } from 'node:fs'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { startCoordinator } from '../../shared/core/coordinator/coordinator.ts'
import { hashPassword } from '../../shared/core/coordinator/http/auth/password.ts'
import { systemClock } from '../../shared/core/platform/clock.ts'
import { files, findHome } from '../../shared/core/platform/home.ts'
import { silentLog } from '../../shared/core/platform/log.ts'
import { initialise, readSecrets } from '../../shared/core/settings/secrets.ts'

export interface Ready {
  readonly url: string
  readonly adminToken: string
  readonly joinToken: string
}
export interface Reading {
  readonly heapBytes: number
  readonly handles: number
  readonly databaseBytes: number
  readonly messages: number
}

const retentionMs = 20_000
const dayMs = 24 * 3_600_000
const home = findHome(process.env)
await initialise({ home, hashPassword })
const secrets = await readSecrets(home)
const file = files(home).coordinatorDb
const coordinator = await startCoordinator({
  file,
  port: 0,
  secrets,
  version: 'soak',
  retentionDays: retentionMs / dayMs,
  pruneEveryMs: retentionMs / 4,
  log: silentLog,
  clock: systemClock,
})
const rows = new DatabaseSync(file, { readOnly: true, timeout: 1_000 })
const size = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

process.on('message', () => {
  // Twice: what is only weakly held goes with the second.
  globalThis.gc?.()
  globalThis.gc?.()
  const messages = Number(rows.prepare('SELECT count(*) AS n FROM messages').get()?.['n'])
  const reading: Reading = {
    heapBytes: process.memoryUsage().heapUsed,
    handles: process.getActiveResourcesInfo().length,
    databaseBytes: size(file) + size(`${file}-wal`),
    messages,
  }
  process.send?.(reading)
})
process.on('disconnect', () => void coordinator.stop().then(() => process.exit(0)))
const ready: Ready = { url: coordinator.url, adminToken: secrets.adminToken, joinToken: secrets.joinToken }
process.send?.(ready)
