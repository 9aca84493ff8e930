/**
 * The packed package, installed into an empty folder where Electron is absent, run as a user would: the demo, then the
 * quick start (`init`, `up`, `join`, `nodes`, `send`). Needs `npm run build` first.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MeshNode } from '../contract/node.ts'
import { projectRoot, type RunningCommand, runCommand, startCommand } from '../testing/command.ts'

const run = promisify(execFile)
let folder: string
let entry: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'claw-mesh-installed-'))
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: projectRoot,
  })
  const [packed] = JSON.parse(stdout) as { filename: string }[]
  await writeFile(path.join(folder, 'package.json'), '{"private": true}')
  await run('npm', ['install', '--omit=dev', '--no-audit', '--no-fund', path.join(folder, packed!.filename)], {
    cwd: folder,
  })
  entry = path.join(folder, 'node_modules/claw-mesh/shared/cli/claw-mesh.js')
}, 180_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

const home = (name: string) => ({ CLAW_MESH_HOME: path.join(folder, name), HOME: path.join(folder, 'user') })

it('installs without Electron', () => {
  expect(existsSync(path.join(folder, 'node_modules/electron'))).toBe(false)
  expect(existsSync(path.join(folder, 'node_modules/claw-mesh/dist/web/index.html'))).toBe(true)
})

it('says which Node it needs on an older one, before anything is imported', async () => {
  const old = `data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'20.20.2'}})`
  await expect(run(process.execPath, ['--import', old, entry, 'version'])).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('claw-mesh needs Node.js 24.16 or newer; this is 20.20.2.') as string,
  })
})

it('runs the demo once: four messages, each with its node and the reason', async () => {
  const { code, stdout, stderr } = await runCommand(['demo', '--once', '--json'], { env: home('demo'), entry })
  expect(code, stderr).toBe(0)
  const messages = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>)
  expect(messages).toHaveLength(4)
  for (const message of messages) {
    expect(Object.keys(message).sort()).toEqual(['node', 'outcome', 'reason', 'response', 'text'])
    expect(message['outcome']).toBe('succeeded')
    expect(message['response']).toContain(message['node'])
    expect(message['reason']).toContain(message['node'])
  }
  expect(new Set(messages.map((message) => message['node']))).toEqual(new Set(['mac-mini', 'linux-gpu', 'vps']))
})

describe('the quick start', () => {
  let up: RunningCommand
  let url: string
  const nodes: RunningCommand[] = []
  const env = () => home('quick')
  const cli = (...args: string[]) => runCommand(args, { env: env(), entry })

  beforeAll(async () => {
    const first = await cli('init')
    expect(first.code, first.stderr).toBe(0)
    const again = await cli('init')
    expect(again.code, again.stderr).toBe(0)
    up = startCommand(['up', '--port', '0', '--no-local'], { env: env(), entry })
    url = (await up.saw(/(http:\/\/[\w.:[\]]+:\d+)\//))[1]!
    for (const name of ['mac-mini', 'linux-gpu']) {
      const args = [
        'join',
        url,
        '--name',
        name,
        '--tags',
        name === 'linux-gpu' ? 'gpu,docker' : 'xcode',
        '--gateway',
        'demo',
      ]
      const node = startCommand(args, { env: env(), entry })
      nodes.push(node)
      await node.saw(new RegExp(`(joined|linked)[^\\n]*${name}|${name}[^\\n]*(joined|linked)`, 'i'))
    }
  })

  afterAll(async () => {
    // Once each: what a person presses, and what a supervisor sends.
    const [first, ...others] = nodes
    for (const command of [first!, up]) expect((await command.stop('SIGINT')).code).toBe(0)
    for (const command of others) expect((await command.stop('SIGTERM')).code).toBe(0)
    expect(up.output.stderr).toContain('Stopped')
  })

  it('keeps secrets in files that only their owner can read', async () => {
    for (const file of ['admin.token', 'join.token', 'password.hash', 'coordinator.db']) {
      expect((await stat(path.join(folder, 'quick/data', file))).mode & 0o777).toBe(0o600)
    }
    expect((await stat(path.join(folder, 'quick/data'))).mode & 0o777).toBe(0o700)
  })

  it('lists both nodes', async () => {
    const table = await cli('nodes')
    expect(table.code, table.stderr).toBe(0)
    expect(table.stdout).toMatch(/mac-mini[^\n]*online/)
    expect(table.stdout).toMatch(/linux-gpu[^\n]*online/)
    const listed = JSON.parse((await cli('nodes', '--json')).stdout) as MeshNode[]
    expect(listed.map((node) => [node.name, node.status, node.condition])).toEqual([
      ['mac-mini', 'online', 'ok'],
      ['linux-gpu', 'online', 'ok'],
    ])
  })

  it('sends to a named node and streams its answer', async () => {
    const { code, stdout, stderr } = await cli('send', '--node', 'mac-mini', '帮我跑一下 Xcode build')
    expect(code, stderr).toBe(0)
    expect(stdout).toContain('mac-mini')
    expect(stderr).toContain('mac-mini')
  })

  it('lets the mesh decide, and keeps to what the message needs', async () => {
    const auto = await cli('send', '--auto', '生成一张图片', '--json')
    expect(auto.code, auto.stderr).toBe(0)
    expect(JSON.parse(auto.stdout)).toMatchObject({ state: 'succeeded' })
    const docker = JSON.parse((await cli('send', '--tag', 'docker', 'restart it', '--json')).stdout) as object
    expect(docker).toMatchObject({ state: 'succeeded', node: 'linux-gpu' })
  })

  it('answers what nobody can do with the nearest miss and an exit code', async () => {
    const { code, stdout } = await cli('send', '--skill', 'apple-notes', '查一下我的备忘录', '--json')
    expect(code).toBe(5)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'no_capable_node' } })
  })

  it('shows messages, status and a clean bill of health', async () => {
    const { messages } = JSON.parse((await cli('messages', '--json')).stdout) as { messages: { id: string }[] }
    expect(messages.length).toBeGreaterThanOrEqual(3)
    const shown = await cli('messages', 'show', messages[0]!.id)
    expect(shown.code, shown.stderr).toBe(0)
    expect(shown.stdout).toContain('linux-gpu')
    expect((await cli('status')).stdout).toContain('2')
    expect((await cli('version')).stdout).toMatch(/\d+\.\d+\.\d+/)
  })

  it('refuses a second coordinator on the same folder and names the first', async () => {
    const second = await cli('up', '--port', '0', '--no-local')
    expect(second.code).toBe(9)
    expect(second.stderr).toContain(url)
  })
})
