/**
 * `npm run bench:restart`: how long a coordinator with 100,000 stored messages takes from spawn to `/readyz` 200, and its
 * nodes until they are back, after a stop in good order and after SIGKILL. Prints a table; exits with 1 when the median of
 * either is over its aim.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import type { Message } from '../../shared/contract/message.ts'
import type { MeshNode } from '../../shared/contract/node.ts'
import { step, newMessage } from '../../shared/domain/message/machine.ts'
import { systemClock } from '../../shared/core/platform/clock.ts'
import { silentLog } from '../../shared/core/platform/log.ts'
import { openSqliteStore } from '../../shared/core/storage/sqlite-store.ts'

const { values } = parseArgs({
  options: { messages: { type: 'string', default: '100000' }, runs: { type: 'string', default: '5' } },
})
const aim = { readyMs: 2_000, backMs: 2_000 }
const command = path.resolve(import.meta.dirname, '../../shared/cli/claw-mesh.js')
const home = await mkdtemp(path.join(os.tmpdir(), 'bench-restart-'))
const nodeHome = path.join(home, 'node')
const database = path.join(home, 'data/coordinator.db')
const children = new Set<ChildProcess>()

try {
  process.exitCode = await bench()
} finally {
  for (const child of children) child.kill('SIGKILL')
  await rm(home, { recursive: true, force: true })
}

async function bench(): Promise<number> {
  await once(start(['init'], home), 'exit')
  await fill(Number(values.messages))
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  const up = ['up', '--no-local', '--port', String(port)]
  const token = (await readSecret('admin.token')).trim()
  const join = (await readSecret('join.token')).trim()
  let coordinator = start(up, home)
  await ready(base)
  const node = start(['join', base, '--gateway', 'demo', '--name', 'bench', '--token', join], nodeHome)
  await back(base, token)
  console.log(
    `${values.messages} messages, ${Math.round((await stat(database)).size / 1_048_576)} MiB; median of ${values.runs}`,
  )
  console.log('ended by   ready ms (aim 2000)   nodes back after ms (aim 2000)   all ready ms')
  let worst = 0
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const runs: { readonly readyMs: number; readonly backMs: number }[] = []
    for (let run = 0; run < Number(values.runs); run++) {
      const ended = once(coordinator, 'exit')
      coordinator.kill(signal)
      await ended
      const began = performance.now()
      coordinator = start(up, home)
      await ready(base)
      const readyAt = performance.now()
      await back(base, token)
      runs.push({ readyMs: readyAt - began, backMs: performance.now() - readyAt })
    }
    const readyMs = median(runs.map((run) => run.readyMs))
    const backMs = median(runs.map((run) => run.backMs))
    worst = Math.max(worst, readyMs / aim.readyMs, backMs / aim.backMs)
    const all = runs.map((run) => run.readyMs.toFixed(0)).join(' ')
    console.log(`${signal.padEnd(10)} ${readyMs.toFixed(0).padEnd(21)} ${backMs.toFixed(0).padEnd(32)} ${all}`)
  }
  node.kill('SIGTERM')
  coordinator.kill('SIGTERM')
  console.log(`largest share of an aim: ${worst.toFixed(2)}`)
  return worst <= 1 ? 0 : 1
}

/** Messages as they come to be: each through the machine, nearly all ended, some still waiting. */
async function fill(count: number): Promise<void> {
  const store = await openSqliteStore({ file: database, clock: systemClock, log: silentLog, step })
  const text = 'A question of a usual length, with some context and a wish. '.repeat(8)
  for (let from = 0; from < count; from += 250) {
    const batch = Array.from({ length: Math.min(250, count - from) }, (_, n): Message => {
      const at = new Date(systemClock.now() - (count - from - n) * 1_000).toISOString()
      const asked = { content: text, conversation: `talk-${(from + n) % 5_000}`, queue_ttl_s: 604_800 }
      return newMessage(asked, { id: `msg-${String(from + n).padStart(8, '0')}`, sender: 'bench', at })
    })
    await Promise.all(batch.map((message) => store.enqueue(message)))
    const ended = batch.filter((_, n) => (from + n) % 1_000 !== 0)
    await Promise.all(ended.map(({ id }) => store.transition(id, { type: 'cancel' })))
  }
  await store.close()
}

function start(args: readonly string[], clawHome: string): ChildProcess {
  const env = { PATH: process.env['PATH'], CLAW_MESH_HOME: clawHome }
  const child = spawn(process.execPath, [command, ...args], { env, stdio: 'ignore' })
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

function ready(base: string): Promise<void> {
  return until(async () => (await fetch(`${base}/readyz`)).status === 200)
}

function back(base: string, token: string): Promise<void> {
  return until(async () => {
    const reply = await fetch(`${base}/api/v1/nodes`, { headers: { authorization: `Bearer ${token}` } })
    const nodes = (await reply.json()) as MeshNode[]
    return nodes.length > 0 && nodes.every(({ status }) => status === 'online')
  })
}

async function until(holds: () => Promise<boolean>, withinMs = 60_000): Promise<void> {
  const end = performance.now() + withinMs
  while (!(await holds().catch(() => false))) {
    if (performance.now() > end) throw new Error(`It did not come about within ${withinMs} ms.`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function readSecret(name: string): Promise<string> {
  return readFile(path.join(home, 'data', name), 'utf8')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0
}
