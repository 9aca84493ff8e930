/** A coordinator without a node of its own, as a real process from the built command, in a folder of its own. */
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { type Started, start } from './processes.ts'

export const command = path.resolve(import.meta.dirname, '../../../shared/cli/claw-mesh.js')

export interface CoordinatorProcess {
  readonly url: string
  readonly adminToken: string
  readonly joinToken: string
  readonly started: Started
  readonly env: Readonly<Record<string, string>>
}

export async function startCoordinatorIn(home: string): Promise<CoordinatorProcess> {
  mkdirSync(home, { recursive: true })
  const env = { CLAW_MESH_HOME: home }
  const started = start(process.execPath, [command, 'up', '--json', '--no-local', '--port', '0'], { env })
  const { url } = JSON.parse(await started.line((line) => line.includes('"url"'))) as { url: string }
  const secret = (file: string): string => readFileSync(path.join(home, 'data', file), 'utf8').trim()
  return { url, adminToken: secret('admin.token'), joinToken: secret('join.token'), started, env }
}
