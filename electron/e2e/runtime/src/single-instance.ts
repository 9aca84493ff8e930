/**
 * requestSingleInstanceLock: real between processes. The lock is a file in
 * userData naming the owner's pid and socket; the second process hands over its
 * command line through that socket before the call returns (the API is
 * synchronous, so a worker does the talking while this thread waits).
 */
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { Worker } from 'node:worker_threads'

export interface Handover {
  argv: string[]
  cwd: string
  data: unknown
}
const CLIENT = `
const { workerData: w } = require('node:worker_threads');
const flag = new Int32Array(w.flag);
const done = (v) => { Atomics.store(flag, 0, v); Atomics.notify(flag, 0); process.exit(0); };
const s = require('node:net').connect(w.socket, () => s.end(w.message));
s.on('data', () => done(1)).on('error', () => done(2)).on('end', () => done(2));
setTimeout(() => done(2), 4000);
`

export class SingleInstance {
  #server: net.Server | null = null
  #file: string | null = null
  #dir: string | null = null
  get held(): boolean {
    return this.#server !== null
  }

  request(userData: string, message: Handover, onSecond: (h: Handover) => void): boolean {
    if (this.#server) return true
    fs.mkdirSync(userData, { recursive: true })
    const file = path.join(userData, 'SingletonLock.json')
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'eoc-lock-')) // a socket path in userData could be too long
    const socket = process.platform === 'win32' ? `\\\\.\\pipe\\${path.basename(dir)}` : path.join(dir, 's')
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        fs.writeFileSync(file, JSON.stringify({ pid: process.pid, socket }), { flag: 'wx' })
      } catch (e: any) {
        if (e.code !== 'EEXIST') throw e
        if (this.#notify(file, message)) {
          fs.rmSync(dir, { recursive: true, force: true })
          return false
        }
        fs.rmSync(file, { force: true }) // its owner is gone
        continue
      }
      this.#server = net.createServer({ allowHalfOpen: true }, (c) => {
        let text = ''
        c.on('error', () => {})
        c.on('data', (d) => (text += d))
        c.on('end', () => {
          c.end('ok')
          onSecond(JSON.parse(text))
        })
      })
      this.#server.listen(socket)
      this.#server.unref()
      this.#file = file
      this.#dir = dir
      return true
    }
    throw new Error('electron-on-chromium: the single instance lock could not be taken')
  }

  #notify(file: string, message: Handover): boolean {
    let owner: { pid: number; socket: string }
    try {
      owner = JSON.parse(fs.readFileSync(file, 'utf8'))
      process.kill(owner.pid, 0)
    } catch {
      return false
    }
    const flag = new SharedArrayBuffer(4)
    const view = new Int32Array(flag)
    const worker = new Worker(CLIENT, {
      eval: true,
      execArgv: [],
      workerData: { flag, socket: owner.socket, message: JSON.stringify(message) },
    })
    worker.unref()
    Atomics.wait(view, 0, 0, 5000)
    return Atomics.load(view, 0) === 1
  }

  release(): void {
    this.#server?.close()
    this.#server = null
    if (this.#file) fs.rmSync(this.#file, { force: true })
    if (this.#dir) fs.rmSync(this.#dir, { recursive: true, force: true })
    this.#file = this.#dir = null
  }
}
