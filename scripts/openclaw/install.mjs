// Installs OpenClaw and, where the running Node does not fit, a Node for it: once, from npm, into the cache.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { say, sleep } from './say.mjs'

export const openclawVersion = '2026.9.6'
const nodeVersion = '24.21.0'
/** The npm that runs now, for whoever has to stop. */
export const installing = { child: null }

export async function install() {
  const { OPENCLAW_HARNESS_CACHE, OPENCLAW_HARNESS_NODE, OPENCLAW_HARNESS_OPENCLAW } = process.env
  const cache = path.resolve(OPENCLAW_HARNESS_CACHE || path.join(os.tmpdir(), 'openclaw-harness-cache'))
  const node = OPENCLAW_HARNESS_NODE || (await findNode(cache))
  const openclaw = OPENCLAW_HARNESS_OPENCLAW || (await findOpenClaw(cache))
  return { cache, node, openclaw, entry: path.join(openclaw, 'openclaw.mjs') }
}

async function findOpenClaw(cache) {
  const dir = path.join(cache, `openclaw-${openclawVersion}`)
  const proof = path.join('node_modules', 'openclaw', 'openclaw.mjs')
  await npmInstall(dir, `openclaw@${openclawVersion}`, proof)
  return path.join(dir, 'node_modules', 'openclaw')
}

async function findNode(cache) {
  if (nodeFits(process.versions.node) && !process.versions.electron) return process.execPath
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const named = `${platform}-${process.arch}`
  const name = `${named === 'darwin-arm64' ? 'node-bin' : 'node'}-${named}`
  const dir = path.join(cache, `node-${nodeVersion}-${named}`)
  const binary = path.join('node_modules', name, 'bin', platform === 'win' ? 'node.exe' : 'node')
  await npmInstall(dir, `${name}@${nodeVersion}`, binary)
  return path.join(dir, binary)
}

function nodeFits(version) {
  const [major, minor] = version.split('.').map(Number)
  return (major === 24 && minor >= 16) || (major === 26 && minor >= 1) || major > 26
}

async function npmInstall(dir, spec, proof) {
  const done = path.join(dir, '.complete')
  const isThere = () => fs.existsSync(done) && fs.existsSync(path.join(dir, proof))
  if (isThere()) return
  fs.mkdirSync(path.dirname(dir), { recursive: true })
  await withLock(dir, async () => {
    if (isThere()) return
    const began = Date.now()
    say(`installing ${spec} into ${dir}`)
    fs.rmSync(dir, { recursive: true, force: true })
    const part = `${dir}.part`
    fs.rmSync(part, { recursive: true, force: true })
    fs.mkdirSync(part)
    fs.writeFileSync(path.join(part, 'package.json'), '{"private":true}\n')
    await runNpm(part, spec)
    if (!fs.existsSync(path.join(part, proof))) throw new Error(`npm install ${spec} did not bring ${proof}`)
    fs.renameSync(part, dir)
    fs.writeFileSync(done, `${new Date().toISOString()}\n`)
    say(`installed ${spec} in ${((Date.now() - began) / 1000).toFixed(1)} s`)
  })
}

async function runNpm(dir, spec) {
  // Neither package needs its install scripts; without them nothing but the registry is asked.
  const args = [
    'install',
    spec,
    '--prefix',
    dir,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--loglevel=error',
  ]
  const options = { cwd: dir, env: npmEnv(), stdio: ['ignore', 'pipe', 'pipe'] }
  const npm = process.env.npm_execpath
  const child =
    npm && /npm-cli\.js$/.test(npm)
      ? spawn(process.execPath, [npm, ...args], options)
      : spawn('npm', args, { ...options, shell: process.platform === 'win32' })
  installing.child = child
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => (output = (output + data).slice(-4000)))
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  installing.child = null
  if (code !== 0) throw new Error(`npm install ${spec} failed with ${code}\n${output}`)
}

/** Without what `npm test` adds: its prefix and workspace would redirect the install. */
function npmEnv() {
  const ours = /^npm_(config_(local_prefix|prefix|global|workspaces?)|package|lifecycle)/i
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)))
}

/** One installer at a time: a lock folder naming its owner; a dead owner's lock is taken over. */
async function withLock(dir, job) {
  const lock = `${dir}.lock`
  const until = Date.now() + 15 * 60_000
  while (!tryLock(lock)) {
    if (Date.now() > until) throw new Error(`waited too long for ${lock}`)
    await sleep(300)
  }
  try {
    return await job()
  } finally {
    fs.rmSync(lock, { recursive: true, force: true })
  }
}

function tryLock(lock) {
  try {
    fs.mkdirSync(lock)
    fs.writeFileSync(path.join(lock, 'pid'), String(process.pid))
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  if (isAbandoned(lock)) fs.rmSync(lock, { recursive: true, force: true })
  return false
}

function isAbandoned(lock) {
  try {
    const owner = Number(fs.readFileSync(path.join(lock, 'pid'), 'utf8'))
    if (Number.isFinite(owner) && owner > 0) return !isAlive(owner)
  } catch {
    // The pid is written a moment after the folder is made.
  }
  try {
    return Date.now() - fs.statSync(lock).mtimeMs > 10_000
  } catch {
    return false
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
