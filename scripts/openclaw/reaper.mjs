// Ends the gateways when the harness dies in a way that it cannot handle (SIGKILL): a second process that
// reads pids from a pipe and acts when the pipe closes.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { sleep } from './say.mjs'

/** Signals a process and, where the system has process groups, everything it started. */
export function killTree(pid, signal) {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal)
    return true
  } catch {
    return false
  }
}

/** Lines it understands: `+pid`, `-pid`, and the folder to remove at the end. */
export function startReaper(script) {
  const child = spawn(process.execPath, [script, '--reaper'], { stdio: ['pipe', 'ignore', 'inherit'], detached: true })
  child.stdin.on('error', () => {})
  child.unref()
  return {
    tell(line) {
      if (child.stdin.writable) child.stdin.write(`${line}\n`)
    },
    end: () => child.stdin.end(),
  }
}

export function runReaper() {
  const pids = new Set()
  let root = null
  let buffered = ''
  process.stdin.on('data', (data) => {
    buffered += data
    for (let end; (end = buffered.indexOf('\n')) >= 0; buffered = buffered.slice(end + 1)) {
      const line = buffered.slice(0, end)
      if (line.startsWith('+')) pids.add(Number(line.slice(1)))
      if (line.startsWith('-')) pids.delete(Number(line.slice(1)))
      if (line.startsWith('/')) root = line.slice(1)
    }
  })
  process.stdin.on('close', async () => {
    for (const pid of pids) killTree(pid, 'SIGKILL')
    if (root && pids.size > 0) {
      await sleep(300)
      fs.rmSync(root, { recursive: true, force: true, maxRetries: 5 })
    }
    process.exit(0)
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})
}
