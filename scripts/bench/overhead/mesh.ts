/** A coordinator and a node agent as real processes, from the built command; the agent hands messages to the model server. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { autoModel } from '../../../shared/contract/openai.ts'
import { type Started, start, until } from '../lib/processes.ts'
import type { System, Upstream } from './system.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const command = path.join(root, 'shared/cli/claw-mesh.js')
const undurable = path.join(import.meta.dirname, 'undurable-coordinator.ts')

export interface MeshOptions {
  readonly dir: string
  readonly name: string
  readonly upstream: Upstream
  /** False: the same coordinator, but its database does not wait for the disk. */
  readonly durable: boolean
  /** Folder for profiles of both processes, written when they end. */
  readonly profile?: string | undefined
}

export async function startMesh({ dir, name, upstream, durable, profile }: MeshOptions): Promise<System> {
  const home = path.join(dir, durable ? 'durable' : 'undurable')
  mkdirSync(home)
  writeFileSync(path.join(home, 'settings.yaml'), 'gateway:\n  slots: 64\n')
  const env = { CLAW_MESH_HOME: home, CLAW_MESH_LANG: 'en' }
  const profiled = (part: string): string[] =>
    profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`, `--cpu-prof-name=${part}.cpuprofile`]
  const coordinatorArgs = durable ? [command, 'up', '--json', '--no-local', '--port', '0'] : [undurable]
  const coordinator = start(process.execPath, [...profiled('coordinator'), ...coordinatorArgs], { env })
  const told = JSON.parse(await coordinator.line((line) => line.includes('"url"'))) as { url: string }
  const secret = (file: string): string => readFileSync(path.join(home, 'data', file), 'utf8').trim()
  const agent = start(
    process.execPath,
    [
      ...profiled('agent'),
      command,
      ...['join', told.url, '--token', secret('join.token'), '--name', 'bench'],
      ...['--gateway', 'openai', '--gateway-url', `${upstream.origin}/v1`, '--gateway-model', upstream.model],
    ],
    { env },
  )
  const headers = { authorization: `Bearer ${secret('admin.token')}` }
  await until(`${name}: its node`, async () => {
    const nodes = await (await fetch(`${told.url}/api/v1/nodes`, { headers })).text()
    return nodes.includes('"online"') && nodes.includes('"condition":"ok"')
  })
  const started: readonly Started[] = [coordinator, agent]
  return {
    name,
    origin: told.url,
    headers,
    model: autoModel,
    started,
    stop: async () => {
      await agent.stop()
      await coordinator.stop()
    },
  }
}
