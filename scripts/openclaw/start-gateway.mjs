#!/usr/bin/env node
// Starts real OpenClaw gateways on loopback, each with a fake LLM behind it, for tests.
//
//   node start-gateway.mjs --count 2 --base-port 28789
//
// Prints ONE line of JSON on stdout when every gateway answers "ready"; all else goes to stderr.
// Stops everything on SIGTERM or SIGINT, when its parent dies, and (through a small reaper
// process) even when it is itself killed. Plain Node >= 20, no dependencies.
//
// Options
//   --count N           how many gateways (1)            --names a,b     their names (node-a, node-b ...)
//   --base-port P       port of the first (28789);       --port-step S   distance to the next (10)
//                       0: a free range is found
//   --ports a,b         exact ports instead              --tokens a,b    gateway tokens (random)
//   --llm-port P        port of the fake LLM (0: any)    --root DIR      where state goes (a new temp dir)
//   --keep              leave the state on disk at the end
//   --warm              run one throw-away turn per gateway first (a first turn is seconds slower)
//   --no-http           leave /v1/* off, as in a default OpenClaw install (WebSocket RPC only)
//   --plugins           start OpenClaw's default plugins too (memory, browser ...; more memory and time)
//   --config JSON       merged into every openclaw.json, e.g. '{"gateway":{"tls":{"enabled":true}}}'
//   --timeout MS        how long one start may take (180000)
//   --allow-network     let the gateways reach beyond loopback (default: refused in their process)
//   --detached          do not stop when the parent process goes away
//   --install-only      fill the cache, print where things are, exit
//
// Environment
//   OPENCLAW_HARNESS_CACHE     where openclaw and node are installed (<os temp>/openclaw-harness-cache)
//   OPENCLAW_HARNESS_NODE      a node binary to run openclaw with, instead of installing one
//   OPENCLAW_HARNESS_OPENCLAW  an installed openclaw package folder, instead of installing one
//
// Control, for tests that break things (loopback, the "control" URL in the printed JSON):
//   GET  /                      state of every gateway
//   POST /stop/<name>           SIGTERM, SIGKILL after 5 s     POST /kill/<name>   SIGKILL at once
//   POST /start/<name>          start it again on the same port, state and token; answers when ready
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { controlServer } from './control-server.mjs'
import { createFakeLlm, listen } from './fake-llm.mjs'
import { describeGateway, prepareGateway, startGateway, stopGateway, view } from './gateway.mjs'
import { install, installing, openclawVersion } from './install.mjs'
import { list, readOptions } from './options.mjs'
import { ask, choosePorts, portFree } from './ports.mjs'
import { runReaper, startReaper } from './reaper.mjs'
import { say } from './say.mjs'

const self = fileURLToPath(import.meta.url)
const all = { gateways: [], root: null, keep: false, reaper: null, stopping: null, servers: [] }

if (process.argv.includes('--reaper')) runReaper()
else {
  main().catch(async (error) => {
    say(error.message)
    await shutdown(1)
  })
}

async function main() {
  const opts = readOptions(process.argv.slice(2))
  if (opts.help) return help()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => shutdown(0))

  const where = await install()
  if (opts['install-only']) return print({ ok: true, version: openclawVersion, ...where })

  all.keep = Boolean(opts.keep)
  if (opts.root) fs.mkdirSync(opts.root, { recursive: true })
  const root = opts.root ? path.resolve(opts.root) : fs.mkdtempSync(path.join(os.tmpdir(), 'openclaw-harness-'))
  all.root = opts.root ? null : root
  all.reaper = startReaper(self)
  if (all.root && !all.keep) all.reaper.tell(`/${all.root}`)

  const llm = createFakeLlm()
  all.servers.push(llm)
  const { url: llmUrl } = await listen(llm, { port: Number(opts['llm-port'] ?? 0) })

  const context = { where, opts, reaper: all.reaper, stopping: () => all.stopping !== null }
  for (const planned of await plan(opts)) {
    const gateway = describeGateway({ ...planned, root, llmUrl, opts })
    prepareGateway(gateway, opts)
    all.gateways.push(gateway)
  }
  const control = controlServer(all.gateways, context)
  all.servers.push(control)
  const { url: controlUrl } = await listen(control)

  for (const { name, port } of all.gateways) {
    if (!(await portFree(port))) throw new Error(`port ${port} for ${name} is taken`)
  }
  await Promise.all(all.gateways.map((gateway) => startGateway(gateway, context)))
  if (opts.warm) await ask(`${llmUrl}/_fake/reset`, { method: 'POST' })

  print({
    ok: true,
    pid: process.pid,
    version: openclawVersion,
    root,
    control: controlUrl,
    llm: { url: llmUrl, stats: `${llmUrl}/_fake/stats`, requests: `${llmUrl}/_fake/requests` },
    cli: { node: where.node, entry: where.entry }, // run with HOME=<gateway home> for `openclaw ...`
    gateways: all.gateways.map(view),
  })
  if (!opts.detached) stopWithParent()
}

/** Names, ports and tokens of the gateways that were asked for. */
async function plan(opts) {
  const names = list(opts.names)
  const tokens = list(opts.tokens)
  const given = list(opts.ports).map(Number)
  const count = Number(opts.count ?? (given.length || names.length || 1))
  if (!Number.isInteger(count) || count < 1 || count > 26) throw new Error('--count must be 1 to 26')
  const base = Number(opts['base-port'] ?? 28789)
  const step = Number(opts['port-step'] ?? 10)
  const ports = given.length > 0 ? given : await choosePorts({ base, step, count })
  return Array.from({ length: count }, (_, i) => ({
    name: names[i] ?? `node-${String.fromCharCode(97 + i)}`,
    port: ports[i] ?? base + i * step,
    token: tokens[i] ?? tokens[0],
  }))
}

async function shutdown(code) {
  all.stopping ??= (async () => {
    installing.child?.kill('SIGTERM')
    await Promise.allSettled(all.gateways.map((gateway) => stopGateway(gateway)))
    for (const server of all.servers) {
      server.closeAllConnections?.()
      server.close()
    }
    all.reaper?.end()
    if (all.root && !all.keep) fs.rmSync(all.root, { recursive: true, force: true, maxRetries: 5 })
  })().catch((error) => say(error))
  await all.stopping
  process.exit(code)
}

function stopWithParent() {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    say('the parent is gone')
    void shutdown(0)
  }, 1000)
}

function print(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

function help() {
  const lines = fs.readFileSync(self, 'utf8').split('\n').slice(1)
  const text = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith('//')),
  )
  process.stdout.write(`${text.map((line) => line.slice(3)).join('\n')}\n`)
}
