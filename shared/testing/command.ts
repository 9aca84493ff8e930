/** Runs the `claw-mesh` command as a process of its own: from source by default, or as built or installed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import process from 'node:process'

export const projectRoot = path.resolve(import.meta.dirname, '../..')
export const sourceEntry = path.join(projectRoot, 'shared/cli/main.ts')

export interface CommandOptions {
  /** Added to a small environment: nothing of the caller's leaks in but PATH. */
  readonly env: Readonly<Record<string, string>>
  readonly entry?: string
  readonly cwd?: string
}

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningCommand {
  readonly pid: number
  /** Everything written so far. */
  readonly output: { stdout: string; stderr: string }
  /** Resolves with the match once the output (stdout, then stderr) has one; rejects when the command ends before. */
  saw(pattern: RegExp): Promise<RegExpExecArray>
  readonly finished: Promise<Finished>
  /** Sends the signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Finished>
}

export function startCommand(
  args: readonly string[],
  { env, entry = sourceEntry, cwd }: CommandOptions,
): RunningCommand {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, ...args], {
    env: { PATH: process.env['PATH'] ?? '', NO_COLOR: '1', LANG: 'en_US.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  })
  const output = { stdout: '', stderr: '' }
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const check of [...waiting]) check()
  }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
      wake()
    })
  }
  let ended: Finished | undefined
  const finished = once(child, 'close').then(([code]): Finished => {
    ended = { code: code as number | null, ...output }
    wake()
    return ended
  })
  return {
    pid: child.pid ?? 0,
    output,
    finished,
    saw: (pattern) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const match = pattern.exec(output.stdout) ?? pattern.exec(output.stderr)
          if (!match && !ended) return
          waiting.delete(check)
          if (match) resolve(match)
          else
            reject(
              new Error(`ended with ${ended?.code} before ${pattern} was seen\n${output.stdout}\n${output.stderr}`),
            )
        }
        waiting.add(check)
        check()
      }),
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal)
      return finished
    },
  }
}

export const runCommand = (args: readonly string[], options: CommandOptions): Promise<Finished> =>
  startCommand(args, options).finished

/** Asks again until `accept` takes the answer; for things that another process reports in its own time. */
export async function eventually<T>(
  ask: () => Promise<T>,
  accept: (value: T) => boolean,
  withinMs: number,
): Promise<T> {
  const until = performance.now() + withinMs
  for (;;) {
    const value = await ask()
    if (accept(value)) return value
    if (performance.now() > until)
      throw new Error(`still ${JSON.stringify(value).slice(0, 2_000)} after ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
