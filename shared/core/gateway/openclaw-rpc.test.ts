import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fakeClock } from '../../testing/fake-clock.ts'
import { FakeOpenClaw, FakeRefusal } from '../../testing/fake-openclaw.ts'
import { attempt, begin, heard, until } from '../../testing/gateway-turns.ts'
import { silentLog } from '../platform/log.ts'
import { OpenClawRpc } from './openclaw-rpc.ts'

const session = '0123456789abcdef0123456789abcdef'
const key = `agent:main:mesh:${session}`
let fake: FakeOpenClaw
let adapter: OpenClawRpc
let clock: ReturnType<typeof fakeClock>
let token: string

beforeEach(async () => {
  fake = new FakeOpenClaw()
  await fake.start()
  token = fake.token
  clock = fakeClock(0)
  adapter = new OpenClawRpc({
    locate: () => Promise.resolve({ url: fake.url, credential: { kind: 'token', token } }),
    clock,
    log: silentLog,
    random: () => 1,
    version: '0.1.0',
    agent: 'main',
  })
})

afterEach(async () => {
  await adapter.stop()
  await fake.stop()
})

/** Moves time on in small steps, letting the sockets work in between, until the promise has settled. */
async function drive<T>(promise: Promise<T>, stepMs = 100): Promise<T> {
  let isOver = false
  const over = (): void => {
    isOver = true
  }
  promise.then(over, over)
  while (!(isOver as boolean)) {
    await clock.advance(stepMs)
    for (let i = 0; i < 20; i++) await turnOfTheLoop()
  }
  return promise
}
const becomes = (state: string): Promise<unknown> =>
  drive(until(adapter, () => adapter.health().state === state, 20_000))

async function beginTurn(content = 'hello', more: Parameters<typeof attempt>[1] = {}) {
  await adapter.start()
  const sent = attempt(content, { session, ...more })
  const turn = begin(adapter, sent)
  return { sent, turn, run: await fake.runs.next() }
}

it('asks for read and write only, as a local backend, and reports version, load and skills', async () => {
  fake.answers['skills.status'] = () => ({
    skills: [
      {
        name: 'gpu-render',
        description: 'Renders',
        bundled: false,
        eligible: true,
        requirements: { bins: ['blender'] },
      },
      { name: 'weather', bundled: true, eligible: true, disabled: true },
      { name: 'apple-notes', bundled: true, eligible: false },
    ],
  })
  await adapter.start()
  expect(await fake.connects.next()).toMatchObject({
    minProtocol: 4,
    maxProtocol: 4,
    role: 'operator',
    scopes: ['operator.read', 'operator.write'],
    caps: ['tool-events'],
    client: { id: 'gateway-client', mode: 'backend', version: '0.1.0' },
  })
  expect(adapter.health()).toEqual({ adapter: 'openclaw-rpc', state: 'ok', version: '2026.9.6' })
  expect(adapter.load()).toEqual({ running: 1, queued: 5, slots: 8 })
  expect(await adapter.skills()).toEqual([
    { name: 'gpu-render', description: 'Renders', bundled: false, requires: ['blender'] },
  ])
})

describe('a turn', () => {
  it('goes to the mesh’s own session under its run id, and its events come back in order', async () => {
    const { sent, turn, run } = await beginTurn('hello', {
      timeout_s: 30,
      context: [
        { role: 'system', text: 'be brief' },
        { role: 'user', text: 'earlier' },
      ],
    })
    expect(run.params).toEqual({
      message:
        '[Chat messages since your last reply - for context]\nUser: earlier\n\n[Current message - respond to this]\nhello',
      extraSystemPrompt: 'be brief',
      sessionKey: key,
      idempotencyKey: sent.run_id,
      timeout: 35,
    })
    run.accept().started().say('one').tool('exec', 'start').tool('exec', 'result').say(' two').finish()
    expect(await turn.end).toEqual({ type: 'done', text: 'one two' })
    expect(turn.events).toEqual([
      { type: 'started' },
      { type: 'delta', offset: 0, text: 'one' },
      { type: 'tool', name: 'exec', phase: 'start' },
      { type: 'tool', name: 'exec', phase: 'end' },
      { type: 'delta', offset: 3, text: ' two' },
      { type: 'usage', usage: { input_tokens: 7, output_tokens: 3 } },
      { type: 'done', text: 'one two' },
    ])
  })

  it('hears nothing of other runs', async () => {
    const { turn, run } = await beginTurn()
    run.accept().started()
    fake.broadcast({
      type: 'event',
      event: 'chat',
      payload: { runId: 'other', state: 'final', message: { content: 'not yours' } },
    })
    run.say('mine').finish()
    expect(await turn.end).toEqual({ type: 'done', text: 'mine' })
  })

  it.each([
    ['an unknown status', { runId: 'x', status: 'splendid' }],
    ['no status', { runId: 'x' }],
    ['no object', 'fine'],
    ['an empty answer', { runId: 'x', status: 'ok', result: { payloads: [] } }],
  ])('that ends with %s is a failure that may have had effects', async (_what, payload) => {
    const { turn, run } = await beginTurn()
    run.accept().reply(payload)
    expect(await turn.end).toMatchObject({
      type: 'failed',
      error: { code: 'gateway_bad_reply' },
      began: true,
      effects: 'possible',
    })
  })

  it('that the gateway turns away while it drains has not begun', async () => {
    const { turn, run } = await beginTurn()
    const details = { reason: 'gateway-restarting' }
    run.refuse({ code: 'UNAVAILABLE', message: 'restarting', retryable: true, retryAfterMs: 1_000, details })
    expect(await turn.end).toMatchObject({
      type: 'failed',
      error: { code: 'gateway_draining', details: { retry_after_ms: 1_000 } },
      began: false,
      effects: 'none',
    })
  })

  it('whose provider fails marks the gateway for a minute', async () => {
    const { turn, run } = await beginTurn()
    const errorDetail = { failoverReason: 'rate_limit', provider: 'acme' }
    run.accept().started().event('chat', { state: 'error', errorMessage: 'slow down', errorDetail })
    run.refuse({ code: 'UNAVAILABLE', message: 'slow down' }, { runId: run.runId, status: 'error' })
    expect(await turn.end).toMatchObject({ error: { code: 'provider_rate_limited' }, began: true, effects: 'none' })
    expect(adapter.health()).toMatchObject({ state: 'rate_limited', problem: { code: 'provider_rate_limited' } })
    const began = clock.now()
    await drive(
      until(adapter, () => adapter.health().state === 'ok', 20_000),
      1_000,
    )
    expect(clock.now() - began).toBeGreaterThanOrEqual(59_000)
  })

  it('that takes too long is stopped in the gateway and fails with a timeout', async () => {
    const { sent, turn, run } = await beginTurn('hello', { timeout_s: 2 })
    run.accept().started().say('so far')
    await turn.saw('delta')
    const abort = await drive(fake.aborts.next())
    expect(abort).toEqual({ key, runId: sent.run_id })
    run.aborted()
    expect(await turn.end).toMatchObject({
      type: 'failed',
      error: { code: 'timeout' },
      effects: 'possible',
      text: 'so far',
    })
  })

  it('whose connection breaks goes on where the gateway is when it is back', async () => {
    const { turn, run } = await beginTurn()
    run.accept().started().say('one')
    await turn.saw('delta')
    fake.drop()
    await becomes('down')
    await becomes('ok')
    run.say(' two')
    fake.answers['agent.wait'] = () => ({ status: 'ok', endedAt: 1, terminalReply: { text: 'one two' } })
    expect(await drive(turn.end)).toEqual({ type: 'done', text: 'one two' })
    expect(heard(turn.events)).toBe('one two')
  })

  it('whose gateway stays away is lost, and settled later from the transcript', async () => {
    const { sent, turn, run } = await beginTurn()
    run.accept().started().say('one')
    await turn.saw('delta')
    await fake.stop()
    expect(await drive(turn.end)).toMatchObject({ type: 'lost', error: { code: 'gateway_down' }, text: 'one' })
    fake.answers['chat.history'] = () => ({
      messages: [
        { role: 'user', content: 'hello', idempotencyKey: `${sent.run_id}:user` },
        { role: 'assistant', content: [{ type: 'text', text: 'one two' }], stopReason: 'stop' },
      ],
    })
    const settled = adapter.settle(sent, new AbortController().signal)
    await fake.start()
    expect(await drive(settled)).toEqual({ state: 'succeeded', text: 'one two' })
  })

  it('that never reached the gateway may go to another node', async () => {
    const { turn } = await beginTurn()
    fake.drop()
    expect(await drive(turn.end)).toMatchObject({
      type: 'failed',
      error: { code: 'gateway_down' },
      began: false,
      effects: 'none',
    })
  })

  it('is not even tried while the gateway is away', async () => {
    await fake.stop()
    await adapter.start()
    expect(await begin(adapter, attempt('hello')).end).toMatchObject({
      type: 'failed',
      error: { code: 'gateway_down' },
      began: false,
    })
    await fake.start()
  })
})

describe('a cancel', () => {
  it('names session and run, and ends the turn when the gateway confirms', async () => {
    const { sent, turn, run } = await beginTurn()
    run.accept().started().say('so far')
    await turn.saw('delta')
    turn.stop()
    expect(await fake.aborts.next()).toEqual({ key, runId: sent.run_id })
    run.aborted()
    expect(await turn.end).toEqual({ type: 'cancelled', text: 'so far' })
  })

  it('is repeated until it is taken, and without a word ends as lost', async () => {
    const { turn, run } = await beginTurn()
    run.accept().started()
    await turn.saw('started')
    fake.answers['sessions.abort'] = () => ({ ok: true, status: 'no-active-run' })
    turn.stop()
    expect(await drive(turn.end)).toMatchObject({
      type: 'lost',
      error: { code: 'message_interrupted', details: { stop_unconfirmed: true } },
    })
    expect(fake.aborts.waiting.length).toBeGreaterThan(5)
  })

  it('that came while the gateway was away is told to it by session when it is back', async () => {
    const { turn, run } = await beginTurn()
    run.accept().started()
    await turn.saw('started')
    await fake.stop()
    await becomes('down')
    turn.stop()
    await drive(turn.end)
    expect(fake.aborts.waiting).toHaveLength(0)
    await fake.start()
    expect(await drive(fake.aborts.next())).toEqual({ key })
  })
})

describe('the state of the gateway', () => {
  it('is token_refused until the token is corrected, which is found by itself', async () => {
    token = 'wrong'
    await adapter.start()
    expect(adapter.health()).toMatchObject({ state: 'token_refused', problem: { code: 'gateway_token_refused' } })
    token = fake.token
    await becomes('ok')
    expect(clock.now()).toBeLessThanOrEqual(4_000)
  })

  it.each([
    ['not JSON', 'hello?'],
    ['an unknown frame', '{"type":"greeting"}'],
    ['a frame over 25 MiB', `"${'x'.repeat(25 * 1024 * 1024)}"`],
    ['binary', Buffer.from([1, 2, 3])],
  ])('is down with gateway_bad_reply after %s, and it is dialled again', async (_what, data) => {
    await adapter.start()
    await fake.connects.next()
    fake.raw(data)
    await becomes('down')
    expect(adapter.health().problem).toMatchObject({ code: 'gateway_bad_reply' })
    await becomes('ok')
    await fake.connects.next()
  })

  it('is down when nothing is heard any more, although the connection stands', async () => {
    await adapter.start()
    const began = clock.now()
    fake.freeze()
    await becomes('down')
    expect(clock.now() - began).toBeLessThanOrEqual(9_000)
  })

  it('is draining while the gateway says so, by its probe or by its refusals', async () => {
    await adapter.start()
    fake.ready = { status: 503, body: { ready: false, failing: ['gateway-draining'] } }
    await becomes('draining')
    fake.ready = { status: 200, body: { ready: true, failing: [] } }
    await becomes('ok')
    fake.answers['diagnostics.lanes'] = () => new FakeRefusal({ code: 'UNAVAILABLE', message: 'restarting' })
    await becomes('draining')
  })

  it('is warming while the gateway starts', async () => {
    fake.ready = { status: 503, body: { ready: false, failing: ['startup-sidecars'] } }
    await adapter.start()
    expect(adapter.health().state).toBe('warming')
  })

  it('is down when the gateway stops, and ok soon after it is back', async () => {
    await adapter.start()
    await fake.stop()
    await becomes('down')
    await fake.start()
    const began = clock.now()
    await becomes('ok')
    expect(clock.now() - began).toBeLessThanOrEqual(3_000)
  })
})

it('leaves no timer and no connection behind when it stops', async () => {
  await adapter.start()
  await adapter.stop()
  await clock.settle()
  expect(clock.pending).toBe(0)
})
