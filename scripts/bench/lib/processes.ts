/** Starts the processes that a bench measures, and ends them, whatever happens. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import process from 'node:process'
import { createInterface } from 'node:readline'

const running = new Set<ChildProcess>()
const endWithinMs = 5_000
// However the bench ends, it leaves nothing behind.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1))

export interface Started {
  readonly pid: number
  /** Lines of its standard output that were not waited for yet. */
  line(matches: (line: string) => boolean): Promise<string>
  stop(): Promise<void>
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** Its errors are shown; its output is read line by line. */
export function start(program: string, args: readonly string[], options: StartOptions = {}): Started {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  running.add(child)
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told = (told + text).slice(-4_000)))
  const closed = once(child, 'close').then(() => void running.delete(child))
  const lines: string[] = []
  let heard: () => void = () => undefined
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    if (lines.length > 1_000) lines.shift()
    heard()
  })
  return {
    pid: child.pid ?? 0,
    line: async (matches) => {
      for (;;) {
        const at = lines.findIndex(matches)
        if (at >= 0) return lines.splice(0, at + 1).at(-1) ?? ''
        const more = new Promise<boolean>((resolve) => (heard = () => resolve(true)))
        if (!(await Promise.race([more, closed.then(() => false)])))
          throw new Error(`${program} ${args.join(' ')} ended before it was ready.\n${told}`)
      }
    },
    stop: async () => {
      if (!running.has(child)) return
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), endWithinMs)
      await closed
      clearTimeout(late)
    },
  }
}

/** A port that nobody listens on, for programs that cannot choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('No free port.')
  return address.port
}

/** Asks again and again until it holds. */
export async function until(what: string, holds: () => Promise<boolean>, withinMs = 20_000): Promise<void> {
  const late = performance.now() + withinMs
  for (;;) {
    if (await holds().catch(() => false)) return
    if (performance.now() > late) throw new Error(`${what}: not within ${withinMs / 1_000} s.`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
