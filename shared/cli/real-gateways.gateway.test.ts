/**
 * The main job on software nobody here wrote: a coordinator and two nodes as processes of their own, each node beside a
 * real OpenClaw gateway on a fake model; messages over REST, SSE, the command and the official OpenAI client.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Message, MessagePage } from '../contract/message.ts'
import type { MeshNode } from '../contract/node.ts'
import { eventually, type RunningCommand, runCommand, startCommand } from '../testing/command.ts'
import { type OpenClawGateways, startGateways } from '../testing/openclaw-gateways.ts'

let folder: string
let openclaw: OpenClawGateways
let up: RunningCommand
let url: string
let token: string
const agents = new Map<string, RunningCommand>()

/** Where the gateway's user would have OpenClaw's files; the agent finds gateway and token there by itself. */
const nodeEnv = (name: string) => ({
  CLAW_MESH_HOME: path.join(folder, name),
  HOME: openclaw.gateways.find((gateway) => gateway.name === name)!.home,
})
const coordinatorEnv = () => ({ CLAW_MESH_HOME: path.join(folder, 'coordinator'), HOME: folder })

async function join(name: string, more: Readonly<Record<string, string>> = {}): Promise<void> {
  const joinToken = (await readFile(path.join(folder, 'coordinator/data/join.token'), 'utf8')).trim()
  agents.set(
    name,
    startCommand(['join', url, '--name', name, '--token', joinToken], { env: { ...nodeEnv(name), ...more } }),
  )
}

const api = async (
  method: string,
  route: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(`${url}${route}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
const get = async <T>(route: string): Promise<T> => (await (await api('GET', route)).json()) as T
const nodes = async (): Promise<Map<string, MeshNode>> =>
  new Map((await get<MeshNode[]>('/api/v1/nodes')).map((node) => [node.name, node]))
const stateOf = async (name: string): Promise<string> => {
  const node = (await nodes()).get(name)
  return node ? `${node.status} ${node.condition}` : 'unknown'
}
const isWell = (state: string): boolean => state === 'online ok'
const allWell = (): Promise<unknown> =>
  eventually(
    () => Promise.all(openclaw.gateways.map(({ name }) => stateOf(name))),
    (states) => states.every(isWell),
    90_000,
  )
const modelCalls = async (): Promise<Record<string, { total: number; active: number; aborted: number }>> =>
  (
    (await (await fetch(openclaw.llm.stats)).json()) as {
      nodes: Record<string, { total: number; active: number; aborted: number }>
    }
  ).nodes
const totalCalls = async (): Promise<number> =>
  Object.values(await modelCalls()).reduce((sum, node) => sum + node.total, 0)

interface SseEvent {
  id: string | undefined
  data: { type: string; data: { text?: string; offset?: number; response?: string; message?: { state: string } } }
}
const sseEvents = (text: string): SseEvent[] =>
  text
    .split('\n\n')
    .filter((block) => /^data: /m.test(block))
    .map((block) => ({
      id: /^id: (.*)$/m.exec(block)?.[1],
      data: JSON.parse(/^data: (.*)$/m.exec(block)![1]!) as SseEvent['data'],
    }))

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'claw-mesh-real-'))
  openclaw = await startGateways({ count: 2, names: ['node-a', 'node-b'] })
  up = startCommand(['up', '--port', '0', '--no-local'], { env: coordinatorEnv() })
  url = (await up.saw(/(http:\/\/[\w.:[\]]+:\d+)\//))[1]!
  token = (await readFile(path.join(folder, 'coordinator/data/admin.token'), 'utf8')).trim()
  await Promise.all(openclaw.gateways.map(({ name }) => join(name)))
  await allWell()
})

afterAll(async () => {
  for (const agent of agents.values()) await agent.stop()
  await up.stop()
  await openclaw.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('an answer', () => {
  it('comes whole over REST', async () => {
    const reply = await api('POST', '/api/v1/route', { content: 'hello there' })
    const body = (await reply.json()) as { message_id: string; node_id: string; response: string }
    expect(body.response).toMatch(/^\[node-[ab]\] echo: hello there$/)
    expect(reply.headers.get('x-claw-mesh-node')).toBe(body.node_id)
    const message = await get<Message>(`/api/v1/messages/${body.message_id}`)
    expect(message.state).toBe('succeeded')
    expect(message.decision?.nodes).toHaveLength(2)
  })

  it('goes to the node that was named', async () => {
    for (const name of ['node-b', 'node-a']) {
      const reply = await api('POST', `/api/v1/route/${name}`, { content: 'to you' })
      expect(await reply.json()).toMatchObject({ response: `[${name}] echo: to you` })
    }
  })

  it('streams over SSE, and can be read again from any point', async () => {
    const reply = await api(
      'POST',
      '/api/v1/route',
      { content: 'go [[words:40]] [[slow:20]]' },
      { accept: 'text/event-stream' },
    )
    expect(reply.headers.get('content-type')).toContain('text/event-stream')
    const events = sseEvents(await reply.text())
    const words = Array.from({ length: 40 }, (_, index) => `w${index + 1}`).join(' ')
    const deltas = events.filter(({ data }) => data.type === 'message.delta')
    expect(deltas.length).toBeGreaterThan(3)
    expect(deltas.map(({ data }) => data.data.text).join('')).toBe(words)
    expect(events.at(-1)?.data).toMatchObject({ type: 'message.succeeded', data: { response: words } })

    const middle = events[Math.floor(events.length / 2)]!
    const [id] = middle.id!.split(':')
    const again = await api('GET', `/api/v1/messages/${id}`, undefined, {
      accept: 'text/event-stream',
      'last-event-id': middle.id!,
    })
    expect(sseEvents(await again.text()).at(-1)?.data).toMatchObject({
      type: 'message.succeeded',
      data: { response: words },
    })
  })

  it('comes over the command, streamed and as JSON', async () => {
    const env = coordinatorEnv()
    const streamed = await runCommand(['send', '--node', 'node-a', 'from the command'], { env })
    expect(streamed.code, streamed.stderr).toBe(0)
    expect(streamed.stdout).toBe('[node-a] echo: from the command\n')
    const json = await runCommand(['send', '--auto', 'as json', '--json'], { env })
    expect(JSON.parse(json.stdout)).toMatchObject({
      state: 'succeeded',
      response: expect.stringContaining('echo: as json') as string,
    })
  })

  it('of 1 MB arrives whole', async () => {
    const reply = await api('POST', '/api/v1/route', { content: '[[words:155000]] [[chunk:4000]] [[slow:20]]' })
    const { response } = (await reply.json()) as { response: string }
    expect(response.length).toBeGreaterThan(1_000_000)
    expect(response).toBe(Array.from({ length: 155_000 }, (_, index) => `w${index + 1}`).join(' '))
  })

  it('that takes 60 seconds arrives whole', async () => {
    const reply = await api('POST', '/api/v1/route', { content: 'patience [[delay:60000]]' })
    expect(reply.status).toBe(200)
    expect(((await reply.json()) as { response: string }).response).toContain('echo: patience')
  })
})

describe('the official OpenAI client', () => {
  const client = () => new OpenAI({ baseURL: `${url}/v1`, apiKey: token })

  it('lists the mesh and its nodes as models', async () => {
    const models = (await client().models.list()).data.map((model) => model.id)
    expect(models).toEqual(expect.arrayContaining(['claw-mesh', 'claw-mesh/node-a', 'claw-mesh/node-b']))
  })

  it('gets an answer, plain and streamed', async () => {
    const messages = [{ role: 'user' as const, content: 'over openai' }]
    const plain = await client().chat.completions.create({ model: 'claw-mesh/node-b', messages })
    expect(plain.choices[0]?.message.content).toBe('[node-b] echo: over openai')
    const stream = await client().chat.completions.create({
      model: 'claw-mesh',
      messages: [{ role: 'user', content: 'x [[words:9]] [[slow:20]]' }],
      stream: true,
    })
    let text = ''
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    expect(text).toBe('w1 w2 w3 w4 w5 w6 w7 w8 w9')
  })

  it('never runs a turn twice by its retries', async () => {
    const before = await totalCalls()
    const messagesLike = async (start: string) =>
      (await get<MessagePage>('/api/v1/messages?limit=20')).messages.filter(({ excerpt }) => excerpt.startsWith(start))
    const impatient = new OpenAI({ baseURL: `${url}/v1`, apiKey: token, timeout: 4_000, maxRetries: 2 })
    const answer = await impatient.chat.completions
      .create({ model: 'claw-mesh/node-a', messages: [{ role: 'user', content: 'slow one [[delay:6000]]' }] })
      .catch((error: unknown) => error)
    // Each try gives up before the turn is done; the next one attaches to the turn that runs.
    if (answer instanceof Error) expect(answer).toBeInstanceOf(OpenAI.APIConnectionTimeoutError)
    else
      expect(answer).toMatchObject({
        choices: [{ message: { content: expect.stringContaining('slow one') as string } }],
      })
    expect(await messagesLike('slow one')).toMatchObject([{ attempt: 1 }])
    const slowCalls = (await totalCalls()) - before
    expect(slowCalls).toBeLessThanOrEqual(1)

    const failing = await new OpenAI({ baseURL: `${url}/v1`, apiKey: token, maxRetries: 2 }).chat.completions
      .create({ model: 'claw-mesh/node-a', messages: [{ role: 'user', content: 'bad one [[fail:400]]' }] })
      .catch((error: unknown) => error)
    expect(failing).toBeInstanceOf(OpenAI.APIError)
    // The mesh itself tries again what had no effects; the client's retries add no message of their own.
    const rejected = await messagesLike('bad one')
    expect(rejected).toHaveLength(1)
    expect((await totalCalls()) - before - slowCalls).toBe(rejected[0]?.attempt)
    // A node whose provider failed is spared until a turn succeeds there.
    const cured = await api('POST', '/api/v1/route/node-a', { content: 'better now' })
    expect(await cured.json()).toMatchObject({ response: '[node-a] echo: better now' })
  })
})

it('a conversation keeps its context and its node', async () => {
  const where = new Set<string>()
  for (const content of ['first thing', 'second thing', 'third thing']) {
    const reply = await api('POST', '/api/v1/route', { content, conversation: 'holiday plans' })
    where.add(((await reply.json()) as { node_id: string }).node_id)
  }
  expect(where.size).toBe(1)
  const { requests } = (await (await fetch(openclaw.llm.requests)).json()) as {
    requests: { user: string; body: object }[]
  }
  const last = requests.filter(({ user }) => user.includes('third thing')).at(-1)!
  expect(JSON.stringify(last.body)).toContain('first thing')
  expect(JSON.stringify(last.body)).toContain('second thing')
})

it('cancel stops the turn in the gateway within a second', async () => {
  const reply = await api(
    'POST',
    '/api/v1/route/node-a',
    { content: 'on and on [[words:600]] [[slow:100]]' },
    { prefer: 'respond-async' },
  )
  expect(reply.status).toBe(202)
  const { message_id: id } = (await reply.json()) as { message_id: string }
  await eventually(
    async () => (await modelCalls())['node-a']?.active ?? 0,
    (active) => active === 1,
    15_000,
  )
  const before = (await modelCalls())['node-a']!.aborted
  const asked = performance.now()
  await api('POST', `/api/v1/messages/${id}/cancel`, {})
  await eventually(
    async () => (await modelCalls())['node-a']!.aborted,
    (aborted) => aborted === before + 1,
    5_000,
  )
  expect(performance.now() - asked).toBeLessThan(1_000)
  const message = await eventually(
    () => get<Message>(`/api/v1/messages/${id}`),
    ({ state }) => state !== 'running',
    10_000,
  )
  expect(message.state).toBe('cancelled')
})

it('40 messages at once are all answered, by both nodes', async () => {
  const replies = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      const reply = await api('POST', '/api/v1/route', { content: `number ${index} [[delay:300]]` })
      return { index, status: reply.status, body: (await reply.json()) as { node_id: string; response: string } }
    }),
  )
  for (const { index, status, body } of replies) {
    expect(status).toBe(200)
    expect(body.response).toContain(`echo: number ${index} `.trimEnd())
  }
  expect(new Set(replies.map(({ body }) => body.node_id)).size).toBe(2)
})

describe('when something breaks', () => {
  const seenWithin = 5_000

  it('a gateway that stops is seen within 5 s, routed around, and back by itself', async () => {
    await openclaw.control.kill('node-a')
    await eventually(
      () => stateOf('node-a'),
      (state) => state.endsWith('gateway_down'),
      seenWithin,
    )
    const shown = await runCommand(['nodes'], { env: coordinatorEnv() })
    expect(shown.stdout).toMatch(/node-a[^\n]*gateway/i)
    const reply = await api('POST', '/api/v1/route', { content: 'anyone?' })
    expect(await reply.json()).toMatchObject({ response: '[node-b] echo: anyone?' })
    await openclaw.control.start('node-a')
    await eventually(() => stateOf('node-a'), isWell, seenWithin)
    const back = await api('POST', '/api/v1/route/node-a', { content: 'back?' })
    expect(await back.json()).toMatchObject({ response: '[node-a] echo: back?' })
  })

  it('a wrong gateway token is seen, and the right one is taken up by itself', async () => {
    const config = openclaw.gateways.find(({ name }) => name === 'node-b')!.configPath
    const right = await readFile(config, 'utf8')
    const wrong = right.replace(/("token": ")[^"]+(")/, '$1not-the-token-it-has$2')
    expect(wrong).not.toBe(right)
    // A copy for the agent alone: the gateway applies edits of its own file whenever it notices them.
    const copy = path.join(folder, 'of-the-agent.json')
    await writeFile(copy, wrong)
    await agents.get('node-b')!.stop()
    await join('node-b', { OPENCLAW_CONFIG_PATH: copy, OPENCLAW_STATE_DIR: path.dirname(config) })
    await eventually(
      () => stateOf('node-b'),
      (state) => state.endsWith('token_refused'),
      15_000,
    )
    const { gateway } = (await nodes()).get('node-b')!
    expect(gateway.problem?.code).toBe('gateway_token_refused')
    expect(gateway.problem?.hint).toBeTruthy()
    await writeFile(copy, right)
    await eventually(() => stateOf('node-b'), isWell, 15_000)
  })

  it('a node that stops leaves its messages to the other', async () => {
    await agents.get('node-a')!.stop('SIGKILL')
    await eventually(
      () => stateOf('node-a'),
      (state) => state.startsWith('offline'),
      15_000,
    )
    const reply = await api('POST', '/api/v1/route', { content: 'still there?' })
    expect(await reply.json()).toMatchObject({ response: '[node-b] echo: still there?' })
    await join('node-a')
    await eventually(() => stateOf('node-a'), isWell, 15_000)
  })
})
