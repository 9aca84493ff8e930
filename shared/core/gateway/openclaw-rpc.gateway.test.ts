/** The OpenClaw adapter against real gateways with a fake model behind them. */
import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultSettings } from '../../contract/settings.ts'
import { attempt, begin, heard, until } from '../../testing/gateway-turns.ts'
import { type OpenClawGateways, startGateways } from '../../testing/openclaw-gateways.ts'
import { systemClock } from '../platform/clock.ts'
import { silentLog } from '../platform/log.ts'
import type { GatewayAdapter } from './adapter.ts'
import { openGateway } from './find-gateway.ts'
import { findOpenClaw, surroundingsOf } from './find-openclaw.ts'
import { OpenClawRpc } from './openclaw-rpc.ts'

let real: OpenClawGateways
let adapter: GatewayAdapter

const open = (home: string, settings: Partial<typeof defaultSettings.gateway> = {}): Promise<GatewayAdapter> =>
  openGateway(
    { ...defaultSettings.gateway, ...settings },
    { env: { HOME: home }, clock: systemClock, log: silentLog, nodeName: 'here', version: '0.1.0' },
  )

beforeAll(async () => {
  real = await startGateways({ count: 1, names: ['alpha'] })
  adapter = await open(real.gateways[0]!.home)
  await adapter.start()
  // A first turn loads OpenClaw's own parts and takes seconds longer than any later one.
  await begin(adapter, attempt('warm up')).end
})

afterAll(async () => {
  await adapter.stop()
  await real.stop()
})

it('finds the gateway and its token by itself, and knows version, slots and skills', async () => {
  expect(adapter.health()).toEqual({ adapter: 'openclaw-rpc', state: 'ok', version: '2026.9.6' })
  await until(adapter, () => adapter.load().running === 0 && adapter.load().queued === 0, 30_000)
  expect(adapter.load().slots).toBeGreaterThanOrEqual(8)
  const skills = await adapter.skills()
  expect(skills.length).toBeGreaterThan(5)
  expect(skills.map(({ name }) => name)).not.toContain('apple-notes')
})

describe('a turn', () => {
  it('is answered, with its text in order and its usage', async () => {
    const turn = begin(adapter, attempt('tell me [[words:8]] [[slow:120]]'))
    const end = await turn.end
    expect(end).toEqual({ type: 'done', text: 'w1 w2 w3 w4 w5 w6 w7 w8' })
    expect(turn.events[0]).toEqual({ type: 'started' })
    expect(turn.events.filter(({ type }) => type === 'delta').length).toBeGreaterThan(2)
    expect(heard(turn.events)).toBe('w1 w2 w3 w4 w5 w6 w7 w8')
    expect(turn.events.find(({ type }) => type === 'usage')).toMatchObject({ usage: { input_tokens: 10 } })
  })

  it('brings an answer of 1 MB whole', async () => {
    const words = 160_000
    const turn = begin(adapter, attempt(`[[words:${words}]] [[chunk:4000]] [[slow:20]]`))
    const end = await turn.end
    const text = Array.from({ length: words }, (_, i) => `w${i + 1}`).join(' ')
    expect(text.length).toBeGreaterThan(1024 * 1024)
    expect(end.type === 'done' && end.text === text).toBe(true)
    expect(heard(turn.events) === text).toBe(true)
  })

  it('tells of tools, and keeps what was said before them', async () => {
    const ask = '[[before:let me look]] [[tool:exec {"command":"echo hi"}]] [[say:all done]]'
    const turn = begin(adapter, attempt(ask))
    expect(await turn.end).toEqual({ type: 'done', text: 'let me look\n\nall done' })
    expect(heard(turn.events)).toBe('let me look\n\nall done')
    expect(turn.events.filter(({ type }) => type === 'tool')).toEqual([
      { type: 'tool', name: 'exec', phase: 'start' },
      { type: 'tool', name: 'exec', phase: 'end' },
    ])
  })

  it('is given the earlier turns of a conversation that the gateway does not know', async () => {
    const context = [
      { role: 'user', text: 'my cat is called Mog' },
      { role: 'assistant', text: 'noted' },
    ] as const
    const end = await begin(adapter, attempt('who is Mog?', { context })).end
    expect(end).toMatchObject({ type: 'done', text: expect.stringContaining('User: my cat is called Mog') as string })
    expect(end).toMatchObject({ text: expect.stringContaining('who is Mog?') as string })
  })

  it('waits for the one before it in the same session, and the gateway’s load shows both', async () => {
    const { session } = attempt('')
    const first = begin(adapter, attempt('[[words:150]] [[slow:100]]', { session }))
    await first.saw('delta')
    const second = begin(adapter, attempt('and then', { session }))
    await until(adapter, () => adapter.load().running === 1 && adapter.load().queued === 1, 30_000)
    await first.end
    const began = second.events.length
    expect(await second.end).toEqual({ type: 'done', text: '[alpha] echo: and then' })
    expect(began).toBe(0)
    await until(adapter, () => adapter.load().running === 0 && adapter.load().queued === 0, 30_000)
  })

  it('fails with the provider’s failure told apart from the gateway’s, until a turn succeeds', async () => {
    const turn = begin(adapter, attempt('[[fail:400]]'))
    expect(await turn.end).toMatchObject({
      type: 'failed',
      error: { code: 'provider_failing' },
      began: true,
      effects: 'none',
    })
    expect(adapter.health().state).toBe('provider_failing')
    expect((await begin(adapter, attempt('better now')).end).type).toBe('done')
    expect(adapter.health().state).toBe('ok')
  })

  it('fails with a timeout when it takes longer than it may', async () => {
    const end = await begin(adapter, attempt('[[words:300]] [[slow:100]]', { timeout_s: 3 })).end
    expect(end).toMatchObject({ type: 'failed', error: { code: 'timeout' }, began: true, effects: 'possible' })
    await expect.poll(async () => (await real.llm.countsOf('alpha')).active).toBe(0)
  })

  it('is refused before it began when the agent does not exist', async () => {
    const other = await open(real.gateways[0]!.home, { agent: 'nobody' })
    await other.start()
    const end = await begin(other, attempt('hello')).end
    await other.stop()
    expect(end).toMatchObject({ type: 'failed', error: { code: 'gateway_rejected' }, began: false, effects: 'none' })
  })
})

describe('a cancel', () => {
  it('stops the model within a second and is confirmed', async () => {
    const before = await real.llm.countsOf('alpha')
    const turn = begin(adapter, attempt('[[words:300]] [[slow:100]]'))
    await turn.saw('delta')
    const began = performance.now()
    turn.stop()
    await expect
      .poll(async () => (await real.llm.countsOf('alpha')).aborted, { interval: 50, timeout: 5_000 })
      .toBe(before.aborted + 1)
    expect(performance.now() - began).toBeLessThan(1_000)
    const end = await turn.end
    expect(end.type).toBe('cancelled')
    expect(end).toHaveProperty('text', heard(turn.events))
  })

  it('reaches a turn that the gateway has only just been given', async () => {
    const turn = begin(adapter, attempt('[[words:300]] [[slow:100]]'))
    turn.stop()
    expect((await turn.end).type).toBe('cancelled')
    await expect.poll(async () => (await real.llm.countsOf('alpha')).active).toBe(0)
  })
})

describe('what became of a turn', () => {
  it('is found out later: its answer, that it was stopped, that it never began', async () => {
    const answered = attempt('a settled thing')
    await begin(adapter, answered).end
    const stopped = attempt('[[words:300]] [[slow:100]]')
    const turn = begin(adapter, stopped)
    await turn.saw('delta')
    turn.stop()
    await turn.end
    const { signal } = new AbortController()
    expect(await adapter.settle(answered, signal)).toEqual({
      state: 'succeeded',
      text: '[alpha] echo: a settled thing',
    })
    expect(await adapter.settle(stopped, signal)).toEqual({ state: 'cancelled' })
    expect(await adapter.settle(attempt('never sent'), signal)).toEqual({ state: 'never_began' })
  })

  it('is waited for while it still runs, and a long answer comes whole', async () => {
    const text = Array.from({ length: 2_000 }, (_, i) => `w${i + 1}`).join(' ')
    const sent = attempt('[[words:2000]] [[chunk:200]] [[slow:300]]')
    const turn = begin(adapter, sent)
    await turn.saw('delta')
    expect(await adapter.settle(sent, new AbortController().signal)).toEqual({ state: 'succeeded', text })
    await turn.end
  })

  it('can be decided: a running turn that nobody watches is stopped', async () => {
    const sent = attempt('[[words:300]] [[slow:100]]')
    const turn = begin(adapter, sent)
    await turn.saw('delta')
    adapter.cancel?.(sent)
    expect(await adapter.settle(sent, new AbortController().signal)).toEqual({ state: 'cancelled' })
    expect((await turn.end).type).toBe('cancelled')
  })
})

it('says that the token is refused, and recovers by itself when the token is corrected', async () => {
  const { home, configPath, token } = real.gateways[0]!
  const right = await readFile(configPath, 'utf8')
  const copy = `${home}/wrong.json`
  await writeFile(copy, right.replace(token, 'not-the-token'))
  const other = await openGateway(defaultSettings.gateway, {
    env: { HOME: home, OPENCLAW_CONFIG_PATH: copy },
    clock: systemClock,
    log: silentLog,
    nodeName: 'here',
  })
  await other.start()
  expect(other.health()).toMatchObject({ state: 'token_refused', problem: { code: 'gateway_token_refused' } })
  expect(other.health().problem?.hint).toContain('OPENCLAW_GATEWAY_TOKEN')
  expect(await begin(other, attempt('hello')).end).toMatchObject({
    type: 'failed',
    error: { code: 'gateway_token_refused' },
    began: false,
  })
  await writeFile(copy, right)
  await until(other, () => other.health().state === 'ok', 6_000)
  await other.stop()
})

describe('a gateway that goes away', () => {
  it('is seen within 5 s, both ways; its broken turn ends as lost and is settled with the gateway’s own word', async () => {
    const done = attempt('done before')
    await begin(adapter, done).end
    const broken = attempt('[[words:40]] [[slow:100]]')
    const turn = begin(adapter, broken)
    await turn.saw('delta')
    const gone = until(adapter, () => adapter.health().state === 'down', 5_000)
    await real.control.kill('alpha')
    expect(await gone).toBeLessThan(5_000)
    expect(adapter.health().problem).toMatchObject({ code: 'gateway_down' })
    expect(await turn.end).toMatchObject({ type: 'lost', error: { code: 'gateway_down' }, text: heard(turn.events) })
    expect(await begin(adapter, attempt('hello')).end).toMatchObject({
      type: 'failed',
      error: { code: 'gateway_down' },
      began: false,
    })
    await real.control.start('alpha')
    await until(adapter, () => adapter.health().state === 'ok', 30_000)
    const { signal } = new AbortController()
    expect(await adapter.settle(done, signal)).toEqual({ state: 'succeeded', text: '[alpha] echo: done before' })
    // OpenClaw goes on with the turn by itself after its restart, so there is an answer in the end.
    expect(await adapter.settle(broken, signal)).toMatchObject({ state: 'succeeded' })
  })

  it('is told to stop a cancelled turn when it is back, before it goes on with it', async () => {
    const broken = attempt('[[words:40]] [[slow:200]]')
    const turn = begin(adapter, broken)
    await turn.saw('delta')
    await real.control.kill('alpha')
    await until(adapter, () => adapter.health().state === 'down', 5_000)
    turn.stop()
    expect(await turn.end).toMatchObject({ type: 'lost' })
    await real.control.start('alpha')
    await until(adapter, () => adapter.health().state === 'ok', 30_000)
    const settled = await adapter.settle(broken, new AbortController().signal)
    expect(['cancelled', 'interrupted']).toContain(settled.state)
    expect((await begin(adapter, attempt('still well')).end).type).toBe('done')
  })
})

it('is reached over TLS when it uses it, its own certificate and no other being trusted', async () => {
  const secure = await startGateways({ count: 1, names: ['secure'], config: { gateway: { tls: { enabled: true } } } })
  try {
    const { home, port } = secure.gateways[0]!
    const locate = () => findOpenClaw(surroundingsOf({ HOME: home }))
    const { url, certificate } = await locate()
    expect(url).toBe(`wss://127.0.0.1:${port}`)
    const other = await open(home)
    await other.start()
    await until(other, () => other.health().state === 'ok', 30_000)
    expect(await begin(other, attempt('hello')).end).toEqual({ type: 'done', text: '[secure] echo: hello' })
    await other.stop()

    const fingerprint256 = certificate!.fingerprint256.replace(/^../, (byte) => (byte === '00' ? '01' : '00'))
    const wary = new OpenClawRpc({
      locate: async () => ({ ...(await locate()), certificate: { pem: certificate!.pem, fingerprint256 } }),
      clock: systemClock,
      log: silentLog,
      random: Math.random,
      version: '0.1.0',
      agent: 'main',
    })
    await wary.start()
    expect(wary.health()).toMatchObject({ state: 'down', problem: { code: 'gateway_down' } })
    await wary.stop()
  } finally {
    await secure.stop()
  }
})
