/** utilityProcess: a Node child process with process.parentPort. */
import { fork as nodeFork, type ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { fileURLToPath } from 'node:url'
import { complete, NotImplemented } from './util.ts'

class UtilityProcess extends EventEmitter {
  #child: ChildProcess
  #alive = false
  constructor(modulePath: string, args: string[], o: any) {
    super()
    const pipe = o.stdio === 'pipe' || (Array.isArray(o.stdio) && o.stdio.includes('pipe'))
    const out = o.stdio === 'ignore' ? 'ignore' : pipe ? 'pipe' : 'inherit'
    this.#child = nodeFork(modulePath, args, {
      cwd: o.cwd,
      env: { ...(o.env ?? process.env), ELECTRON_RUN_AS_NODE: '1' },
      execPath: process.env.EOC_NODE_BINARY!,
      execArgv: ['--import', fileURLToPath(new URL('./utility.mjs', import.meta.url)), ...(o.execArgv ?? [])],
      serialization: 'advanced',
      stdio: ['ignore', out, out, 'ipc'],
    })
    this.#child.once('spawn', () => {
      this.#alive = true
      this.emit('spawn')
    })
    this.#child.on('message', (m) => this.emit('message', m))
    this.#child.once('exit', (code, signal) => {
      this.#alive = false
      this.emit('exit', code ?? (signal ? 1 : 0))
    })
  }
  get pid(): number | undefined {
    return this.#alive ? this.#child.pid : undefined
  }
  get stdout() {
    return this.#child.stdout
  }
  get stderr() {
    return this.#child.stderr
  }
  postMessage(message: unknown, transfer: unknown[] = []): void {
    if (transfer.length) throw new NotImplemented('utilityProcess.postMessage with transferred ports')
    this.#child.send(message as any)
  }
  kill(): boolean {
    return this.#alive && this.#child.kill()
  }
}
complete(UtilityProcess.prototype, 'UtilityProcess', 'UtilityProcess')

export const utilityProcess = {
  fork(modulePath: string, args: string[] = [], options: any = {}): UtilityProcess {
    if (!modulePath) throw new Error('Missing UtilityProcess entry script.')
    return new UtilityProcess(modulePath, args, options)
  },
}
