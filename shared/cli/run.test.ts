import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from './run.ts'
import { fakeSignals, input, memorySink } from './testing/fakes.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'claw-mesh-run-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function type(line: string, env: Record<string, string> = {}) {
  const out = memorySink()
  const err = memorySink()
  const args = line.split(' ').filter((word) => word !== '')
  const code = await run(args, {
    out,
    err,
    stdin: input(),
    env: { CLAW_MESH_HOME: root, LANG: 'C', ...env },
    signals: fakeSignals(),
  })
  return { code, out: out.text, err: err.text }
}

describe('the command line', () => {
  it('lists its commands', async () => {
    const { code, out } = await type('--help')
    expect(code).toBe(0)
    for (const name of [
      'init',
      'up',
      'join',
      'leave',
      'status',
      'nodes',
      'send',
      'messages',
      'token',
      'doctor',
      'demo',
      'version',
    ]) {
      expect(out).toContain(`  ${name} `)
    }
  })

  it.each(['send --help', 'help send'])('explains a command by %s', async (line) => {
    const { code, out } = await type(line)
    expect(code).toBe(0)
    expect(out).toContain('claw-mesh send [options] <text...>')
    expect(out).toContain('--conversation <id>')
    expect(out).toContain('--coordinator <url>')
  })

  it('shows help and fails when it is told nothing', async () => {
    const { code, out, err } = await type('')
    expect(code).toBe(2)
    expect(out + err).toContain('Usage:')
  })

  it('speaks Chinese by flag, by environment and by setting', async () => {
    expect((await type('--help --lang zh-CN')).out).toContain('用法：')
    expect((await type('--help', { LANG: 'zh_CN.UTF-8' })).out).toContain('用法：')
    await writeFile(path.join(root, 'settings.yaml'), 'language: zh-CN\n')
    expect((await type('--help')).out).toContain('用法：')
    expect((await type('--help --lang en')).out).toContain('Usage:')
  })

  it('takes global options before and after the command', async () => {
    expect(JSON.parse((await type('--json version')).out)).toMatchObject({ node: process.versions.node })
    expect(JSON.parse((await type('version --json')).out)).toMatchObject({ node: process.versions.node })
  })

  it('names a typing mistake and what was meant', async () => {
    const { code, err, out } = await type('sned hello')
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err).toContain("unknown command 'sned'")
    expect(err).toContain('Did you mean send?')
  })

  it.each([
    ['sned', '没有命令“sned”。', '是不是想输入 send？'],
    ['send --nod', '没有选项“--nod”。', '是不是想输入 --node？'],
    ['send --node', '选项“-n, --node <name>”缺少值。', 'claw-mesh help'],
    ['messages show', '缺少参数“id”。', 'claw-mesh help'],
    ['join a b c', '最多 1 个，给了 3 个。', 'claw-mesh help'],
    ['up --port x', '“x”不是 0 到 65535 之间的整数。', '--port 9180'],
    ['nodes pause mac --for soon', '“soon”不是时长。', '90s'],
    ['leave', '本机不是任何网的节点。', 'claw-mesh join'],
    ['messages resolve m1', '--rerun 与 --fail 须选其一。', '--rerun'],
  ])('says in Chinese what is wrong with `%s`', async (line, problem, hint) => {
    const { code, err } = await type(`--lang zh-CN ${line}`)
    expect(code).toBeGreaterThan(1)
    expect(err).toContain(problem)
    expect(err).toContain(hint)
    expect(err).not.toMatch(/Did you mean|argument|See `/)
    // Programs read one language.
    expect((await type(`--lang zh-CN ${line} --json`)).out).not.toMatch(/\p{Script=Han}/u)
  })

  it('says which values an option takes', async () => {
    expect((await type('nodes --lang fr')).err).toContain("'fr' is none of en, zh-CN.")
  })

  it('finds `help` behind global options, and leaves a message alone that begins so', async () => {
    expect((await type('--lang zh-CN help nodes')).out).toContain('用法： claw-mesh nodes')
    expect((await type('--token x --json help send')).out).toContain('claw-mesh send [options]')
    expect((await type('send help')).out).toBe('')
  })

  it.each(['send', 'send --node', 'nodes --colour', 'up --port x', 'messages show'])(
    'fails with 2 for `%s`',
    async (line) => {
      expect((await type(line)).code).toBe(2)
    },
  )

  it('tells errors as one JSON object on standard output with --json', async () => {
    const { code, out, err } = await type('nodes --json')
    expect(code).toBe(9)
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'not_initialised', hint: expect.any(String) as string } })
    expect(err).toBe('')
    expect(JSON.parse((await type('sned --json')).out)).toMatchObject({ error: { code: 'invalid_input' } })
  })

  it('takes what follows -- for text, not for options', async () => {
    const { out, err } = await type('send -- --json')
    expect(out).toBe('')
    expect(err).toContain('error:')
  })

  it('says in the user’s language what kind of error it is', async () => {
    expect((await type('nodes --lang zh-CN')).err).toContain('尚未初始化')
  })
})

describe('init', () => {
  it('sets a machine up once and shows the password that once', async () => {
    const first = JSON.parse((await type('init --json')).out) as { created: string[]; page_password: string }
    expect(first.created).toContain('admin.token')
    expect(first.page_password).toMatch(/^\w{4}-\w{4}-\w{4}-\w{4}$/)
    expect(JSON.parse((await type('init --json')).out)).toEqual({
      created: [],
      config: root,
      data: path.join(root, 'data'),
    })
    const again = JSON.parse((await type('init --reset-password --json')).out) as { page_password: string }
    expect(again.page_password).not.toBe(first.page_password)
  })

  it('says what to do next', async () => {
    const { out } = await type('init')
    expect(out).toContain('claw-mesh up')
    const joinToken = (await readFile(path.join(root, 'data', 'join.token'), 'utf8')).trim()
    expect(out).toContain(joinToken)
  })

  it('never shows the admin token', async () => {
    const { out, err } = await type('init --verbose')
    expect(out + err).not.toContain('cm_admin_')
  })
})
