import { afterEach, beforeEach, expect, it } from 'vitest'
import { AgentRig, agentState } from '../../testing/agent-rig.ts'
import { errorAnswer, FakeCoordinator } from '../../testing/fake-coordinator.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { MeshError } from '../../contract/error.ts'
import type { SkillDetail } from '../../contract/capabilities.ts'

let rig: AgentRig
beforeEach(async () => {
  rig = await AgentRig.start()
})
afterEach(() => rig.stop())

const skill = (name: string): SkillDetail => ({ name, description: '', bundled: false, requires: [] })

it('registers, links and keeps who it is', async () => {
  const agent = await rig.agent({ tags: ['home'] })
  await agent.start()
  const link = await rig.coordinator.links.next()
  const hello = await link.welcome('mac-2')
  expect(rig.coordinator.registrations).toHaveLength(1)
  expect(rig.coordinator.registrations[0]).toMatchObject({
    token: 'join-token',
    body: { name: 'mac', proposed_id: 'node-1', capabilities: { os: 'linux', tags: ['home'], tools: ['git'] } },
  })
  expect(link.token).toBe('token-1')
  expect(hello).toMatchObject({
    protocol: 1,
    node_id: 'node-1',
    name: 'mac',
    host_boot_id: 'boot-1',
    gateway: { adapter: 'demo', state: 'ok' },
    load: { running: 0, slots: 4, cpu: 0.1, paused: false },
    begun: [],
    results: [],
  })
  await agentState(agent, (state) => state.status === 'linked')
  expect(agent.state).toEqual({
    status: 'linked',
    coordinator_url: rig.coordinator.url,
    node_id: 'node-1',
    name: 'mac-2',
  })
  await agent.stop()
  expect(await rig.identity.read()).toMatchObject({ name: 'mac-2', asked_name: 'mac', token: 'token-1' })
})

it('links without registering when it is known, under the name it was granted', async () => {
  await rig.keep({ name: 'mac-2' })
  const agent = await rig.agent({ joinToken: undefined })
  await agent.start()
  const link = await rig.coordinator.links.next()
  expect(link.token).toBe('token-0')
  expect((await link.next('hello')).name).toBe('mac-2')
  expect(rig.coordinator.registrations).toEqual([])
})

it('asks for another name when the user has changed it', async () => {
  await rig.keep({ name: 'mac-2', asked_name: 'mac' })
  const agent = await rig.agent({ name: 'studio' })
  await agent.start()
  expect((await (await rig.coordinator.links.next()).next('hello')).name).toBe('studio')
})

it('shows its token to no other coordinator', async () => {
  await rig.keep({ coordinator_url: 'http://localhost:1', token: 'for-another' })
  const agent = await rig.agent()
  await agent.start()
  await rig.coordinator.linked()
  expect(JSON.stringify(rig.coordinator.registrations)).not.toContain('for-another')
})

it('keeps its instance over redials and changes it with every start', async () => {
  const agent = await rig.agent()
  await agent.start()
  const first = await rig.coordinator.links.next()
  const before = await first.welcome()
  first.cut()
  const again = await (await rig.coordinator.links.next()).welcome()
  expect(again.instance).toBe(before.instance)
  expect(again.journal_id).toBe(before.journal_id)
  await agent.stop()
  const next = await rig.agent()
  await next.start()
  expect((await (await rig.coordinator.links.next()).welcome()).instance).not.toBe(before.instance)
})

it('says what to do when the join token is wrong', async () => {
  rig.coordinator.register = () => errorAnswer(401, { code: 'unauthorized', message: 'Unknown token.' })
  const agent = await rig.agent()
  await agent.start()
  const state = await agentState(agent, ({ status }) => status === 'rejected')
  expect(state.problem).toMatchObject({
    code: 'unauthorized',
    hint: expect.stringContaining('claw-mesh init') as string,
  })
})

it('says what to do when it has no token at all', async () => {
  const agent = await rig.agent({ joinToken: undefined })
  await agent.start()
  const state = await agentState(agent, ({ status }) => status === 'rejected')
  expect(state.problem?.hint).toContain('claw-mesh join --token')
})

it('waits for a coordinator that is not there, and names its address', async () => {
  const { url, port } = rig.coordinator
  await rig.coordinator.stop()
  const agent = await rig.agent()
  await agent.start()
  const state = await agentState(agent, ({ problem }) => problem !== undefined)
  expect(state).toMatchObject({ status: 'connecting', retry_in_ms: 0, problem: { code: 'coordinator_unreachable' } })
  expect(state.problem?.hint).toContain(url)
  const back = await FakeCoordinator.start(port)
  await back.linked()
  await agentState(agent, ({ status }) => status === 'linked')
  await agent.stop()
  await back.stop()
})

it.each([
  { status: 404, body: 'Not found' },
  { status: 200, body: '<html>a printer</html>' },
  { status: 302, body: '', headers: { location: 'https://elsewhere.example' } },
  { status: 201, body: { node_id: '../../x', name: 'mac', token: 't' } },
])('does not take $status $body for the answer of a coordinator', async (answer) => {
  rig.coordinator.register = () => answer
  const agent = await rig.agent()
  await agent.start()
  const state = await agentState(agent, ({ problem }) => problem !== undefined)
  expect(state).toMatchObject({ status: 'connecting', problem: { code: 'coordinator_unreachable' } })
})

it('registers again, as the node it was, when its token is not known any more', async () => {
  await rig.keep({ node_id: 'node-7', token: 'old' })
  rig.coordinator.refuse = (token) =>
    token === 'old' ? errorAnswer(401, { code: 'unauthorized', message: 'Unknown token.' }) : undefined
  const agent = await rig.agent()
  await agent.start()
  const link = await rig.coordinator.linked()
  expect(link.token).toBe('token-1')
  expect(rig.coordinator.registrations[0]?.body).toMatchObject({ proposed_id: 'node-7', node_token: 'old' })
  await agent.stop()
  expect(await rig.identity.read()).toMatchObject({ node_id: 'node-7', token: 'token-1' })
})

it('asks to be joined again when its token is not known and it has no other', async () => {
  await rig.keep()
  rig.coordinator.refuse = () => errorAnswer(401, { code: 'unauthorized', message: 'Unknown token.' })
  const agent = await rig.agent({ joinToken: undefined })
  await agent.start()
  const state = await agentState(agent, ({ status }) => status === 'rejected')
  expect(state.problem?.hint).toContain('claw-mesh join')
  // The coordinator may have been another one by mistake.
  expect(await rig.identity.read()).toMatchObject({ token: 'token-0' })
})

it('stops dialling when it was removed, and forgets who it was', async () => {
  await rig.keep()
  rig.coordinator.refuse = () => errorAnswer(410, { code: 'node_removed', message: 'This node was removed.' })
  const agent = await rig.agent()
  await agent.start()
  const state = await agentState(agent, ({ status }) => status === 'rejected')
  expect(state.problem).toMatchObject({ code: 'node_removed', hint: expect.stringContaining('join') as string })
  expect(await rig.identity.read()).toBeUndefined()
  expect(rig.coordinator.registrations).toEqual([])
})

it.each(['node_id_in_use', 'protocol_mismatch', 'node_removed'] as const)(
  'stops dialling on a final %s and says what to do',
  async (code) => {
    await rig.keep()
    const agent = await rig.agent()
    await agent.start()
    const link = await rig.coordinator.links.next()
    await link.next('hello')
    link.send({ type: 'reject', error: { code, message: 'No.' }, final: true })
    const state = await agentState(agent, ({ status }) => status === 'rejected')
    expect(state.problem?.code).toBe(code)
    expect(state.problem?.hint).toMatch(/claw-mesh/)
    expect(rig.coordinator.links.waiting).toEqual([])
  },
)

it('dials again after a reject that is not final', async () => {
  const agent = await rig.agent()
  await agent.start()
  const first = await rig.coordinator.links.next()
  await first.next('hello')
  first.send({ type: 'reject', error: { code: 'draining', message: 'Restarting.' }, final: false })
  await rig.coordinator.linked()
  await agentState(agent, ({ status }) => status === 'linked')
})

it('runs an attempt over a real link, and tells of it after a redial', async () => {
  const agent = await rig.agent()
  await agent.start()
  const first = await rig.coordinator.linked()
  await first.handOver('msg-1')
  const turn = await rig.adapter.turns.next()
  await first.next('begun')
  first.cut()
  const second = await rig.coordinator.links.next()
  expect(await second.welcome()).toMatchObject({ begun: [{ message_id: 'msg-1', attempt: 1 }], results: [] })
  const text = '🦀'.repeat(600_000)
  turn.emit({ type: 'done', text })
  expect((await second.result()).text).toBe(text)
  second.cut()
  const third = await rig.coordinator.links.next()
  expect(await third.welcome()).toMatchObject({ begun: [], results: [{ message_id: 'msg-1', attempt: 1 }] })
  expect((await third.result()).text).toBe(text)
  third.send({ type: 'result_ack', message_id: 'msg-1', attempt: 1 })
  third.send({ type: 'offer', ...anOfferTo('msg-2') })
  await third.next('accept')
  third.cut()
  expect(await (await rig.coordinator.links.next()).welcome()).toMatchObject({ begun: [], results: [] })
})

const anOfferTo = (message_id: string) => ({
  message_id,
  attempt: 1,
  content: 'Hi',
  context: [],
  session: '0'.repeat(32),
  timeout_s: 60,
  source: 'api',
  sender: 'tester',
})

it('reports load at once when the gateway changes', async () => {
  const clock = fakeClock()
  const agent = await rig.agent({ clock })
  await agent.start()
  const link = await rig.coordinator.linked()
  await agentState(agent, ({ status }) => status === 'linked')
  rig.adapter.currentLoad = { running: 2, queued: 1, slots: 4 }
  rig.adapter.become('token_refused', { problem: { code: 'gateway_token_refused', message: 'Wrong token.' } })
  await clock.advance(250)
  expect(await link.next('heartbeat')).toMatchObject({
    load: { running: 2, queued: 1, slots: 4, cpu: 0.1 },
    gateway: { state: 'token_refused', problem: { code: 'gateway_token_refused' } },
  })
  rig.adapter.become('ok')
  await clock.advance(250)
  expect(await link.next('heartbeat')).toMatchObject({ gateway: { state: 'ok' } })
})

it('refuses what the gateway or the owner does not allow, and tells of a pause at once', async () => {
  const agent = await rig.agent()
  await agent.start()
  const link = await rig.coordinator.linked()
  rig.adapter.become('down')
  link.send({ type: 'offer', ...anOfferTo('msg-1') })
  expect((await link.next('refuse')).error.code).toBe('gateway_down')
  rig.adapter.become('ok')
  agent.pause()
  link.send({ type: 'offer', ...anOfferTo('msg-2') })
  expect((await link.next('refuse')).error.message).toContain('paused')
  agent.resume()
  link.send({ type: 'offer', ...anOfferTo('msg-3') })
  await link.next('accept')
})

it('is still paused after a restart', async () => {
  const agent = await rig.agent()
  await agent.start()
  agent.pause()
  await agent.stop()
  const next = await rig.agent()
  await next.start()
  const hello = await (await rig.coordinator.links.next()).welcome()
  expect(hello.load.paused).toBe(true)
  next.resume()
  expect(next.paused).toBe(false)
})

it('tells of changed skills when the gateway is back, and only of changes', async () => {
  rig.adapter.currentSkills = new MeshError('gateway_down', 'Away.')
  rig.adapter.become('down')
  const agent = await rig.agent()
  await agent.start()
  const link = await rig.coordinator.links.next()
  const hello = await link.welcome()
  expect(hello.capabilities.skills).toEqual([])
  rig.adapter.currentSkills = [skill('weather')]
  rig.adapter.become('ok')
  expect((await link.next('capabilities')).capabilities.skills).toEqual(['weather'])
})

it('says goodbye, leaves turns to the gateway and holds on to nothing when it stops', async () => {
  const clock = fakeClock()
  const agent = await rig.agent({ clock })
  await agent.start()
  const link = await rig.coordinator.linked()
  await link.handOver('msg-1')
  const turn = await rig.adapter.turns.next()
  await agent.stop('restart')
  expect((await link.next('bye')).reason).toBe('restart')
  expect((await link.closed).code).toBe(1000)
  expect(turn.signal.aborted).toBe(false)
  expect(agent.state.status).toBe('stopped')
  expect(clock.pending).toBe(0)
  expect(rig.adapter.running).toBe(false)
  expect(rig.adapter.listeners).toBe(0)
  const next = await rig.agent({ clock })
  await next.start()
  expect(await (await rig.coordinator.links.next()).welcome()).toMatchObject({
    begun: [{ message_id: 'msg-1', attempt: 1 }],
  })
})

it('stops at any moment: before it started, while it starts, while it waits', async () => {
  const never = await rig.agent()
  await never.stop()
  const starting = await rig.agent()
  const started = starting.start()
  await starting.stop()
  await started
  expect(starting.state.status).toBe('stopped')
  await rig.coordinator.stop()
  const clock = fakeClock()
  const waiting = await rig.agent({ clock, random: () => 1 })
  await waiting.start()
  await agentState(waiting, ({ retry_in_ms }) => retry_in_ms !== undefined)
  await waiting.stop()
  expect(clock.pending).toBe(0)
})

it('refuses to start with a name or an address that cannot be', async () => {
  const nameless = await rig.agent({ name: '' })
  await expect(nameless.start()).rejects.toMatchObject({ code: 'invalid_input' })
  await nameless.stop()
  const lost = await rig.agent({ coordinatorUrl: 'http://mesh.example' })
  await expect(lost.start()).rejects.toMatchObject({ code: 'invalid_input' })
})
