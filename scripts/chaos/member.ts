/** One process of the mesh that is broken and started again. It ends only when told: an end of its own is a defect. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'

export interface MemberOptions {
  readonly name: string
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly log: string
  readonly ended: (why: string) => void
}

export class Member {
  readonly #options: MemberOptions
  #child: ChildProcess | undefined
  #wanted = false

  constructor(options: MemberOptions) {
    this.#options = options
  }

  start(): void {
    const { command, env, log, name, ended } = this.#options
    const [program = '', ...args] = command
    const out = openSync(log, 'a')
    const child = spawn(program, args, { env, stdio: ['ignore', out, out] })
    closeSync(out)
    this.#child = child
    this.#wanted = true
    child.on('error', (error) => ended(`${name} could not be started: ${error.message}`))
    child.on('exit', (code, signal) => {
      if (this.#wanted && this.#child === child)
        ended(`${name} ended by itself with ${code ?? signal}; its log: ${log}`)
    })
  }

  /** Also one that stands still. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#child
    this.#wanted = false
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child?.kill('SIGCONT')
  }
}
