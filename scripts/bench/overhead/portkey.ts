/** Portkey's gateway, the one from npm, installed at one version into a cache outside the project: 25 MB that only this bench needs. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { freePort, start, until } from '../lib/processes.ts'
import type { System, Upstream } from './system.ts'

export const portkeyVersion = '1.15.2'

function ensurePortkey(): string {
  const cache = process.env['CLAW_MESH_BENCH_CACHE'] ?? path.join(tmpdir(), 'claw-mesh-bench-cache')
  const dir = path.join(cache, `portkey-${portkeyVersion}`)
  const entry = path.join('node_modules', '@portkey-ai', 'gateway', 'build', 'start-server.js')
  if (existsSync(path.join(dir, entry))) return path.join(dir, entry)
  console.error(`Installing @portkey-ai/gateway ${portkeyVersion} into ${dir} …`)
  // Made beside and moved there whole, so that a half one is never taken for it.
  const fresh = `${dir}.${process.pid}`
  mkdirSync(fresh, { recursive: true })
  writeFileSync(path.join(fresh, 'package.json'), '{"private":true}')
  // Without what npm itself adds: its prefix would redirect the install.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)))
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', `@portkey-ai/gateway@${portkeyVersion}`]
  const { status } = spawnSync('npm', args, { cwd: fresh, env, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error('npm could not install @portkey-ai/gateway.')
  rmSync(dir, { recursive: true, force: true })
  renameSync(fresh, dir)
  return path.join(dir, entry)
}

export async function startPortkey(upstream: Upstream): Promise<System> {
  const port = await freePort()
  const env = { NODE_ENV: 'production', TRUSTED_CUSTOM_HOSTS: '127.0.0.1,localhost' }
  const started = start(process.execPath, [ensurePortkey(), '--headless', `--port=${port}`], { env })
  const origin = `http://127.0.0.1:${port}`
  await until('Portkey', async () => (await fetch(origin)).ok)
  const headers = {
    authorization: 'Bearer bench',
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `${upstream.origin}/v1`,
  }
  return {
    name: 'Portkey gateway',
    origin,
    headers,
    model: upstream.model,
    started: [started],
    stop: () => started.stop(),
  }
}
