import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aNode, capabilities } from '../testing/builders.ts'
import { adminToken, openBench, type OpenBench } from '../testing/door-bench.ts'
import { changeText } from './administer-nodes.ts'
import { run } from './run.ts'
import { fakeContext, fakeSignals, input, memorySink, meshNode } from './testing/fakes.ts'

let bench: OpenBench
let home: string
beforeEach(async () => {
  bench = await openBench()
  home = await mkdtemp(path.join(tmpdir(), 'claw-mesh-admin-'))
})
afterEach(async () => {
  await bench.stop()
  await rm(home, { recursive: true, force: true })
})

/** The command line against a coordinator; `answer` is typed at a terminal, without it there is none. */
async function type(line: string, answer?: string, token = adminToken) {
  const out = memorySink()
  const err = memorySink(answer === undefined ? undefined : 120)
  const stdin = answer === undefined ? input() : Object.assign(input(answer), { isTTY: true })
  const env = { CLAW_MESH_HOME: home, LANG: 'C', CLAW_MESH_TOKEN: token }
  const args = [...line.split(' '), '--coordinator', bench.url]
  const code = await run(args, { out, err, stdin, env, signals: fakeSignals() })
  return { code, out: out.text, err: err.text }
}
const node = () => bench.services.nodes.get('node-1')

describe('nodes', () => {
  it.each([
    ['pause linux-1', 'paused', 'linux-1 is paused until you resume it.\n'],
    ['pause linux-1 --for 90m', 'paused', 'linux-1 is paused for 1h 30m.\n'],
    ['drain LINUX-1', 'draining', /^linux-1 takes nothing new/],
    ['disable node-1', 'disabled', 'linux-1 is disabled.\n'],
    ['enable linux-1', 'active', 'linux-1 takes messages.\n'],
    ['resume linux-1', 'active', 'linux-1 takes messages.\n'],
  ] as const)('%s', async (line, admin, says) => {
    bench.services.nodes.nodes = [aNode({ name: line.includes('LINUX') ? 'LINUX-1' : 'linux-1' })]
    const { code, out } = await type(`nodes ${line}`)
    expect(code).toBe(0)
    expect(out.toLowerCase()).toEqual(typeof says === 'string' ? says.toLowerCase() : expect.stringMatching(says))
    expect(node().admin).toBe(admin)
  })

  it('pause takes a length of time only', async () => {
    const { code, err } = await type('nodes pause linux-1 --for soon')
    expect(code).toBe(2)
    expect(err).toContain('--for: "soon" is not a length of time.')
    expect((await type('nodes pause linux-1 --for 8d')).err).toContain('pause_for_s')
    expect(node().admin).toBe('active')
  })

  it('tag adds, untag takes away what was added, and neither touches what the node reports', async () => {
    bench.services.nodes.nodes = [aNode({ capabilities: capabilities({ tags: ['own'] }) })]
    expect((await type('nodes tag linux-1 fast,gpu quiet')).out).toBe('Tags of linux-1: own, fast, gpu, quiet\n')
    expect((await type('nodes untag linux-1 GPU')).out).toBe('Tags of linux-1: own, fast, quiet\n')
    const own = await type('nodes untag linux-1 own')
    expect(own).toMatchObject({ code: 2, err: expect.stringContaining('The node reports that tag itself') })
    expect(node().admin_tags).toEqual(['fast', 'quiet'])
  })

  it('rename says both names', async () => {
    expect((await type('nodes rename linux-1 studio')).out).toBe('linux-1 is now called studio.\n')
    expect(node().name).toBe('studio')
  })

  it('kick asks at a terminal, and takes only a yes for one', async () => {
    const no = await type('nodes kick linux-1', 'what?\n')
    expect(no).toMatchObject({ code: 1, out: '' })
    expect(no.err).toContain('Take linux-1 (node-1) out of the mesh?')
    expect(bench.services.nodes.nodes).toHaveLength(1)
    const yes = await type('nodes kick linux-1', 'yes\n')
    expect(yes).toMatchObject({ code: 0, out: 'linux-1 is out of the mesh; its token does not work any more.\n' })
    expect(bench.services.nodes.nodes).toEqual([])
  })

  it('kick without a terminal wants --yes', async () => {
    expect(await type('nodes kick linux-1')).toMatchObject({ code: 2, err: expect.stringContaining('Add --yes.') })
    expect((await type('nodes kick linux-1 --json', 'yes\n')).code).toBe(2)
    expect(bench.services.nodes.nodes).toHaveLength(1)
    const { out } = await type('nodes kick linux-1 --yes --json')
    expect(JSON.parse(out)).toEqual({ node_id: 'node-1', name: 'linux-1', removed: true })
  })

  it('answers with the whole node as JSON', async () => {
    expect(JSON.parse((await type('nodes disable linux-1 --json')).out)).toMatchObject({
      id: 'node-1',
      admin: 'disabled',
    })
  })

  it('are not administered with the token of an operator', async () => {
    const { code, err } = await type('nodes disable linux-1', undefined, bench.tokens.operator)
    expect(code).toBe(3)
    expect(err).toContain('this needs admin')
  })
})

describe('what became of a node', () => {
  const text = (over: Parameters<typeof meshNode>[0], language: 'en' | 'zh-CN' = 'en') =>
    changeText(fakeContext({}, language).context, meshNode(over), {}, 'mac-mini')

  it('is told as it is, not as it was wanted', () => {
    expect(text({ condition: 'paused' })).toContain('its owner has paused it')
    expect(text({ status: 'offline' })).toMatch(/is enabled, but .*: offline\.$/)
    expect(text({ condition: 'gateway_down' })).toMatch(/is enabled, but .*: gateway down\.$/)
    expect(text({ admin: 'disabled', in_flight: 2 })).toContain('(2 running)')
    expect(text({ admin: 'disabled' }, 'zh-CN')).toBe('mac-mini 已停用。')
  })
})

describe('token create', () => {
  it('writes the token alone to standard output, and what to know about it beside', async () => {
    const { code, out, err } = await type('token create --scope operator --name ann')
    expect(code).toBe(0)
    expect(out).toMatch(/^cm_operator_[\w-]{43}\n$/)
    expect(err).toContain('Token of ann')
    expect(err).not.toContain(out.trim())
    expect(bench.auth.tokens.verify(out.trim())).toMatchObject({ scope: 'operator', sender: 'ann' })
  })

  it('names a token that was given no name, each its own', async () => {
    const made = async () =>
      JSON.parse((await type('token create --scope viewer --json')).out) as { readonly name: string }
    const [one, two] = [await made(), await made()]
    expect(one).toMatchObject({ scope: 'viewer', name: expect.stringMatching(/^viewer-[0-9a-f]{6}$/) })
    expect(one.name).not.toBe(two.name)
  })

  it.each(['token create', 'token create --scope admin'])('%s is a mistake', async (line) => {
    expect((await type(line)).code).toBe(2)
  })
})

it('messages go on from a cursor, and say which', async () => {
  bench.services.messages.nextCursor = '41'
  const { err } = await type('messages --limit 1 --cursor 42')
  expect(bench.services.messages.listed).toEqual([{ limit: 1, cursor: '42' }])
  expect(err).toBe('Older ones: add --cursor 41\n')
})

describe('messages that did not end well', () => {
  const dead = async (): Promise<string> => {
    const { messages } = bench.services
    const { message } = await messages.send({ content: 'Hi' }, { scope: 'admin', sender: 'owner', tokenHash: 'h' })
    messages.fail(message.id, { code: 'provider_failing', message: 'The model is away.' })
    return message.id
  }

  it.each(['messages --dead', 'messages list --dead'])('are listed by %s, with the reason', async (line) => {
    await dead()
    expect((await type(line)).out).toMatch(/msg-1 +failed .*Hi \(The model is away\.\)/)
    expect(bench.services.messages.listed).toEqual([{ limit: 20, dead_letters: true }])
  })

  it('are sent again as new ones', async () => {
    const id = await dead()
    expect(await type(`messages replay ${id}`)).toMatchObject({ code: 0, out: `${id} is sent again as ${id}-again\n` })
    expect(JSON.parse((await type(`messages replay ${id} --json`)).out)).toMatchObject({ replay_of: id, content: 'Hi' })
  })

  it('are resolved one way or the other', async () => {
    const id = await dead()
    expect((await type(`messages resolve ${id} --rerun`)).out).toBe(`${id} is queued again\n`)
    expect(JSON.parse((await type(`messages resolve ${id} --fail --json`)).out)).toMatchObject({ id, state: 'failed' })
    for (const neither of ['', ' --rerun --fail']) expect((await type(`messages resolve ${id}${neither}`)).code).toBe(2)
  })

  it('are for those to settle who may send', async () => {
    const id = await dead()
    const { viewer, operator } = bench.tokens
    expect((await type(`messages replay ${id}`, undefined, viewer)).code).toBe(3)
    expect((await type(`messages resolve ${id} --fail`, undefined, viewer)).code).toBe(3)
    expect((await type(`messages replay ${id}`, undefined, operator)).code).toBe(0)
  })
})
