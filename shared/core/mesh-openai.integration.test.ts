/** The OpenAI door of a whole mesh, through the official client with its own ideas about retries. */
import OpenAI from 'openai'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { adminToken } from '../testing/door-bench.ts'
import { MeshRig } from '../testing/mesh-rig.ts'
import { messageOf, type RigNode } from '../testing/rig-node.ts'

let mesh: MeshRig
let mac: RigNode
let openai: OpenAI

beforeEach(async () => {
  mesh = await MeshRig.start()
  mac = await mesh.node('mac')
  openai = new OpenAI({ baseURL: `${mesh.url}/v1`, apiKey: adminToken })
})
afterEach(async () => {
  mesh.expectEachRunOnce()
  await mesh.stop()
})

const hello = { model: 'claw-mesh', messages: [{ role: 'user' as const, content: 'hello' }] }

it('lists the mesh and its nodes as models', async () => {
  const ids: string[] = []
  for await (const { id } of openai.models.list()) ids.push(id)
  expect(ids).toEqual(['claw-mesh', 'claw-mesh/mac'])
})

it('answers a plain request, whole, with usage and the node’s name in the headers', async () => {
  const asked = openai.chat.completions.create({ ...hello, model: 'claw-mesh/mac' }).withResponse()
  const turn = await mac.adapter.turns.next()
  turn.emit({ type: 'usage', usage: { input_tokens: 5, output_tokens: 2 } }, { type: 'done', text: 'hi there' })
  const { data, response } = await asked
  expect(data.choices[0]).toMatchObject({ message: { role: 'assistant', content: 'hi there' }, finish_reason: 'stop' })
  expect(data.usage).toMatchObject({ prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 })
  expect(response.headers.get('x-claw-mesh-node')).toBe(mac.id)
})

it('streams an answer as it comes', async () => {
  const asked = openai.chat.completions.create({ ...hello, stream: true })
  const turn = await mac.adapter.turns.next()
  turn.emit({ type: 'delta', offset: 0, text: 'one ' })
  const texts: string[] = []
  for await (const chunk of await asked) {
    const { delta, finish_reason } = chunk.choices[0]!
    if (delta.content) texts.push(delta.content)
    if (texts.join('') === 'one ' && finish_reason === null)
      turn.emit({ type: 'delta', offset: 4, text: 'two' }, { type: 'done', text: 'one two' })
  }
  expect(texts).toEqual(['one ', 'two'])
})

it('hands earlier messages over as context, and with a user only the last one into a session of its own', async () => {
  mac.answerAll(({ content, context, session }) => JSON.stringify({ content, context, session }))
  const messages = [
    { role: 'system' as const, content: 'Be short.' },
    { role: 'user' as const, content: 'one' },
    { role: 'assistant' as const, content: 'first' },
    { role: 'user' as const, content: 'two' },
  ]
  const say = async (more: object) => {
    const { choices } = await openai.chat.completions.create({ model: 'claw-mesh', messages, ...more })
    return JSON.parse(choices[0]!.message.content!) as { content: string; context: unknown[]; session: string }
  }
  expect(await say({})).toMatchObject({
    content: 'two',
    context: [
      { role: 'system', text: 'Be short.' },
      { role: 'user', text: 'one' },
      { role: 'assistant', text: 'first' },
    ],
  })
  const [first, second] = [await say({ user: 'u1' }), await say({ user: 'u1' })]
  expect(first.context).toEqual([])
  expect(second.session).toBe(first.session)
  expect((await say({ user: 'u2' })).session).not.toBe(first.session)
})

it('refuses what it cannot honour by name, in the form the client expects', async () => {
  const tools = [{ type: 'function' as const, function: { name: 'f', parameters: {} } }]
  await expect(openai.chat.completions.create({ ...hello, tools })).rejects.toMatchObject({
    status: 400,
    code: 'unsupported_feature',
    message: expect.stringContaining('tools'),
  })
  await expect(openai.chat.completions.create({ ...hello, model: 'gpt-4' })).rejects.toMatchObject({ status: 404 })
  await expect(
    new OpenAI({ baseURL: `${mesh.url}/v1`, apiKey: 'cm_admin_guess' }).chat.completions.create(hello),
  ).rejects.toMatchObject({ status: 401, code: 'unauthorized' })
  expect(mac.adapter.begun).toEqual([])
})

it('does not let the client’s retries run a turn again that may have done something', async () => {
  const asked = openai.chat.completions.create(hello)
  const turn = await mac.adapter.turns.next()
  const error = { code: 'provider_failing' as const, message: 'The model broke off.' }
  turn.emit({ type: 'failed', error, began: true, effects: 'possible', text: 'half' })
  await expect(asked).rejects.toMatchObject({ status: 502, code: 'provider_failing' })
  expect(mac.adapter.begun).toHaveLength(1)
})

it.each([true, false])('stops the turn when the client leaves (stream: %s)', async (stream) => {
  const leaving = new AbortController()
  const asked = openai.chat.completions.create({ ...hello, stream }, { signal: leaving.signal }).catch(() => 'left')
  const turn = await mac.adapter.turns.next()
  const id = messageOf(turn)
  await mesh.reaches(id, 'running')
  if (stream) await asked
  leaving.abort()
  await turn.aborted
  turn.emit({ type: 'cancelled', text: '' })
  await mesh.reaches(id, 'cancelled')
  if (!stream) expect(await asked).toBe('left')
})
