// One gateway under test: its folders, its process, its start and end.
import { spawn } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { gatewayConfig, gatewayEnv } from './gateway-config.mjs'
import { ask, portFree } from './ports.mjs'
import { killTree } from './reaper.mjs'
import { say, sleep } from './say.mjs'

export function describeGateway({ name, port, token, root, llmUrl, opts }) {
  const home = path.join(root, name)
  const stateDir = path.join(home, '.openclaw') // OpenClaw's own default, seen from this HOME
  const tls = Boolean(opts.config && JSON.parse(opts.config).gateway?.tls?.enabled)
  return {
    name,
    port,
    home,
    stateDir,
    token: token ?? crypto.randomBytes(24).toString('hex'),
    url: `http${tls ? 's' : ''}://127.0.0.1:${port}`,
    wsUrl: `ws${tls ? 's' : ''}://127.0.0.1:${port}`,
    configPath: path.join(stateDir, 'openclaw.json'),
    workspaceDir: path.join(stateDir, 'workspace'),
    tmpDir: path.join(home, 'tmp'),
    logFile: path.join(home, 'gateway.log'),
    outFile: path.join(home, 'gateway.out'),
    llmBaseUrl: `${llmUrl}/${encodeURIComponent(name)}/v1`,
    child: null,
    pid: null,
    state: 'stopped',
  }
}

export function prepareGateway(gateway, opts) {
  for (const dir of [gateway.stateDir, gateway.tmpDir]) fs.mkdirSync(dir, { recursive: true })
  const text = `${JSON.stringify(gatewayConfig(gateway, opts), null, 2)}\n`
  fs.writeFileSync(gateway.configPath, text, { mode: 0o600 })
}

/** What a test is told of a gateway. */
export function view(gateway) {
  const kept = Object.entries(gateway).filter(([key]) => !['child', 'ended', 'tmpDir'].includes(key))
  return Object.fromEntries(kept)
}

export async function startGateway(gateway, { where, opts, reaper, stopping }) {
  if (gateway.child) throw new Error(`${gateway.name} is running already`)
  if (!(await portFree(gateway.port))) throw new Error(`port ${gateway.port} for ${gateway.name} is taken`)
  if (stopping()) throw new Error('stopping')
  const began = Date.now()
  const limit = Number(opts.timeout ?? 180_000)
  const child = launch(gateway, { where, opts, reaper })
  for (;;) {
    if (gateway.child !== child) {
      throw new Error(`${gateway.name} ended with ${gateway.exit} before it was ready\n${tail(gateway.outFile)}`)
    }
    if (Date.now() - began > limit) {
      throw new Error(`${gateway.name} was not ready after ${limit} ms\n${tail(gateway.outFile)}`)
    }
    const answer = await ask(`${gateway.url}/readyz`).catch(() => null)
    if (answer?.status === 200) break
    await sleep(150)
  }
  gateway.state = 'ready'
  gateway.startMs = Date.now() - began
  gateway.rssMb = rssMb(child.pid)
  say(`${gateway.name} ready on ${gateway.url} after ${gateway.startMs} ms, ${gateway.rssMb ?? '?'} MB`)
  if (opts.warm && !opts['no-http']) await warmUp(gateway)
}

function launch(gateway, { where, opts, reaper }) {
  const out = fs.openSync(gateway.outFile, 'a')
  const child = spawn(where.node, [where.entry, 'gateway'], {
    cwd: gateway.home,
    env: gatewayEnv(gateway, where, opts),
    stdio: ['ignore', out, out],
    detached: process.platform !== 'win32',
  })
  fs.closeSync(out)
  Object.assign(gateway, { child, pid: child.pid, state: 'starting' })
  if (child.pid) reaper.tell(`+${child.pid}`)
  gateway.ended = new Promise((resolve) => {
    const end = (exit) => {
      if (child.pid) {
        reaper.tell(`-${child.pid}`)
        killTree(child.pid, 'SIGKILL') // its helper processes, should any be left
      }
      if (gateway.child === child) Object.assign(gateway, { child: null, pid: null, state: 'stopped', exit })
      resolve()
    }
    child.on('error', (error) => end(String(error)))
    child.on('exit', (code, signal) => end(signal ?? code))
  })
  return child
}

/** `hard`: SIGKILL. Otherwise SIGTERM; a busy gateway drains its turns for minutes, so it gets 5 s. */
export async function stopGateway(gateway, { hard = false } = {}) {
  const { child } = gateway
  if (!child) return
  gateway.state = 'stopping'
  if (hard) killTree(child.pid, 'SIGKILL')
  else child.kill('SIGTERM')
  const timer = setTimeout(() => killTree(child.pid, 'SIGKILL'), 5000)
  await gateway.ended
  clearTimeout(timer)
}

async function warmUp(gateway) {
  const began = Date.now()
  const { status, text } = await ask(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    timeout: 120_000,
    headers: { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'openclaw', messages: [{ role: 'user', content: 'warm up' }] }),
  })
  if (status !== 200) throw new Error(`${gateway.name}: the warm-up turn answered ${status} ${text}`)
  say(`${gateway.name} first turn took ${Date.now() - began} ms`)
}

function rssMb(pid) {
  try {
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024)
  } catch {
    return null
  }
}

function tail(file, lines = 30) {
  try {
    return fs.readFileSync(file, 'utf8').split('\n').slice(-lines).join('\n')
  } catch {
    return ''
  }
}
