/**
 * A coordinator whose database does not wait for the disk: what durability costs, and nothing that anybody should run.
 * That is why it lives here and the product has no switch for it.
 */
import process from 'node:process'
import { startCoordinator } from '../../../shared/core/coordinator/coordinator.ts'
import { hashPassword } from '../../../shared/core/coordinator/http/auth/password.ts'
import { systemClock } from '../../../shared/core/platform/clock.ts'
import { files, findHome } from '../../../shared/core/platform/home.ts'
import { silentLog } from '../../../shared/core/platform/log.ts'
import { initialise, readSecrets } from '../../../shared/core/settings/secrets.ts'

const home = findHome(process.env)
await initialise({ home, hashPassword })
const coordinator = await startCoordinator({
  file: files(home).coordinatorDb,
  port: 0,
  secrets: await readSecrets(home),
  version: 'bench',
  retentionDays: 1,
  log: silentLog,
  clock: systemClock,
  synchronous: 'OFF',
})
console.log(JSON.stringify({ url: coordinator.url }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void coordinator.stop())
