/**
 * Network namespaces for the hosts of a run, cables (veth) between them, and nft rules that lose traffic one way or both.
 * All of it belongs to processes of the run, and is gone when they are.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import process from 'node:process'
import { farEnd, nearEnd } from './places.ts'
import type { NetworkKind } from './plan.ts'

const inside = 'CLAW_MESH_CHAOS_INSIDE'
const programs = {
  ip: 'iproute2',
  nft: 'nftables',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
}
const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin']

/** Runs this program again in a network namespace of its own and resolves with its exit code; undefined when inside already. */
export async function enterNamespace(prepare: () => void): Promise<number | undefined> {
  if (process.env[inside] === '1') {
    tell('ip', ['link', 'set', 'lo', 'up'])
    return undefined
  }
  if (process.platform !== 'linux') throw cannot(`${process.platform} has none`)
  ensurePrograms()
  prepare()
  // Without root the namespace belongs to a user namespace in which we are.
  const how = process.getuid?.() === 0 ? ['--net'] : ['--user', '--map-root-user', '--net']
  const tried = spawnSync(program('unshare'), [...how, program('ip'), 'link', 'set', 'lo', 'up'], { encoding: 'utf8' })
  if (tried.status !== 0) throw cannot(tried.stderr.trim())
  const child = spawn(program('unshare'), [...how, process.execPath, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, [inside]: '1' },
  })
  // Ctrl-C reaches the child by itself; a plain kill has to be passed on.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
}

/** A cable from here to the namespace of a process, which gets a loopback too. */
export function layCable(node: number, holderPid: number): void {
  const [near, far] = [`node${node}`, 'mesh']
  tell('ip', ['link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', String(holderPid)])
  tell('ip', ['address', 'add', `${nearEnd(node).host}/30`, 'dev', near])
  tell('ip', ['link', 'set', near, 'up'])
  for (const args of [
    ['link', 'set', 'lo', 'up'],
    ['address', 'add', `${farEnd(node)}/30`, 'dev', far],
    ['link', 'set', far, 'up'],
  ])
    tellThere(holderPid, 'ip', args)
  tellThere(holderPid, 'nft', ['-f', '-'], table)
}

const table = `table inet chaos {
  chain in { type filter hook input priority 0; policy accept; }
  chain out { type filter hook output priority 0; policy accept; }
}`

const rules: Partial<Record<NetworkKind, string>> = {
  lose_in: 'add rule inet chaos in iifname "mesh" drop',
  lose_out: 'add rule inet chaos out oifname "mesh" drop',
  lose_all: 'add rule inet chaos in iifname "mesh" drop\nadd rule inet chaos out oifname "mesh" drop',
  lose_some:
    'add rule inet chaos in iifname "mesh" numgen random mod 100 < 30 drop\n' +
    'add rule inet chaos out oifname "mesh" numgen random mod 100 < 30 drop',
}

/** Whether this kind is a rule of nft; the others are done by the relays. */
export function lose(holderPid: number, kind: NetworkKind): boolean {
  const rule = rules[kind]
  if (rule !== undefined) tellThere(holderPid, 'nft', ['-f', '-'], rule)
  return rule !== undefined
}

export const loseNothing = (holderPid: number): void =>
  tellThere(holderPid, 'nft', ['-f', '-'], 'flush chain inet chaos in\nflush chain inet chaos out')

/** What runs a program in the namespace of another process; it ends with the process that started it, however that ends. */
export const launcher = (holderPid?: number): string[] => [
  ...[program('setpriv'), '--pdeathsig', 'KILL', '--'],
  ...(holderPid === undefined ? [] : [program('nsenter'), `--net=/proc/${holderPid}/ns/net`, '--']),
]
export const newNamespace = (): string[] => [...launcher(), program('unshare'), '--net', '--']

const tellThere = (pid: number, name: keyof typeof programs, args: readonly string[], input?: string): void =>
  run([program('nsenter'), `--net=/proc/${pid}/ns/net`, '--', program(name), ...args], input)
const tell = (name: keyof typeof programs, args: readonly string[]): void => run([program(name), ...args])

function run([command = '', ...args]: readonly string[], input?: string): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', input: input ?? '' })
  if (status !== 0) throw cannot(`${command} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`)
}

const find = (name: string): string | undefined =>
  folders.map((folder) => `${folder}/${name}`).find((file) => existsSync(file))
const program = (name: keyof typeof programs): string => find(name) ?? name

function ensurePrograms(): void {
  const missing = () => Object.keys(programs).filter((name) => find(name) === undefined)
  const lacking = missing()
  if (lacking.length === 0) return
  if (existsSync('/usr/bin/apt-get')) {
    const packages = [...new Set(lacking.map((name) => programs[name as keyof typeof programs]))]
    console.log(`Installing ${packages.join(', ')} with apt-get …`)
    const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
    for (const args of [
      ['apt-get', 'update', '-qq'],
      ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages],
    ]) {
      const [command = '', ...rest] = [...sudo, ...args]
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
      spawnSync(command, rest, { stdio: ['ignore', 'ignore', 'inherit'], env })
    }
  }
  if (missing().length > 0) throw cannot(`${missing().join(', ')} cannot be found: install ${lacking.join(', ')}`)
}

const cannot = (why: string): Error =>
  new Error(`The hosts of this run need network namespaces, and they cannot be made here: ${why}`)
