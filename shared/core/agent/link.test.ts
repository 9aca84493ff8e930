import { afterEach, beforeEach, expect, it } from 'vitest'
import { maxFrameBytes } from '../../contract/limits.ts'
import { AgentRig, agentState } from '../../testing/agent-rig.ts'
import { fakeClock } from '../../testing/fake-clock.ts'

let rig: AgentRig
beforeEach(async () => {
  rig = await AgentRig.start()
})
afterEach(() => rig.stop())

it.each([
  ['what is not JSON', 'hello?'],
  ['an unknown type', '{"type":"format_disk"}'],
  ['a wrong field', '{"type":"start","message_id":"m","attempt":"1"}'],
  ['a field too many', '{"type":"result_ack","message_id":"m","attempt":1,"x":1}'],
  ['a second welcome', undefined],
])('closes a link over which came %s, and dials again', async (_what, text) => {
  const agent = await rig.agent()
  await agent.start()
  const link = await rig.coordinator.linked()
  if (text === undefined) {
    const { node_id, name } = agent.state
    const protocol = 1
    link.send({ type: 'welcome', protocol, coordinator_boot_id: 'b', node_id: node_id!, name, version: '1' })
  } else link.socket.send(text)
  expect((await link.closed).code).toBe(1008)
  await rig.coordinator.linked()
})

it('closes a link that brings work before welcome, or binary', async () => {
  const agent = await rig.agent()
  await agent.start()
  const first = await rig.coordinator.links.next()
  first.send({ type: 'start', message_id: 'm', attempt: 1 })
  expect((await first.closed).code).toBe(1008)
  const second = await rig.coordinator.linked()
  second.socket.send(Buffer.from('{}'))
  expect((await second.closed).code).toBe(1008)
  await rig.coordinator.linked()
})

it('finds out that a link is dead while its socket looks alive', async () => {
  const clock = fakeClock()
  rig.coordinator.answersPings = false
  const agent = await rig.agent({ clock })
  await agent.start()
  const link = await rig.coordinator.linked()
  await agentState(agent, ({ status }) => status === 'linked')
  const pinged = new Promise((resolve) => link.socket.once('ping', resolve))
  await clock.advance(2_500)
  await pinged
  expect(agent.state.status).toBe('linked')
  await clock.advance(5_500)
  const state = await agentState(agent, ({ status }) => status === 'connecting')
  expect(state.problem).toMatchObject({
    code: 'coordinator_unreachable',
    message: expect.stringContaining('8 s') as string,
  })
  rig.coordinator.answersPings = true
  await clock.advance(state.retry_in_ms!)
  await rig.coordinator.linked()
})

it('gives up on a coordinator that opens the socket and never welcomes', async () => {
  const clock = fakeClock()
  const agent = await rig.agent({ clock })
  await agent.start()
  const link = await rig.coordinator.links.next()
  await link.next('hello')
  await clock.advance(8_000)
  const state = await agentState(agent, ({ problem }) => problem !== undefined)
  expect(state.problem?.code).toBe('coordinator_unreachable')
})

it('gives up on a coordinator that takes the connection and never answers', async () => {
  const clock = fakeClock()
  let asked: () => void = () => undefined
  const registering = new Promise<void>((resolve) => (asked = resolve))
  rig.coordinator.register = () => {
    asked()
    return new Promise(() => undefined)
  }
  const agent = await rig.agent({ clock })
  await agent.start()
  await registering
  await clock.advance(10_000)
  await agentState(agent, ({ problem }) => problem?.code === 'coordinator_unreachable')
  await agent.stop()
  await rig.keep()
  const dialling = new Promise<void>((resolve) => {
    rig.coordinator.refuse = () => {
      resolve()
      return 'hang'
    }
  })
  const next = await rig.agent({ clock })
  await next.start()
  await dialling
  await clock.advance(8_000)
  await agentState(next, ({ problem }) => problem?.code === 'coordinator_unreachable')
})

it('survives a frame that is too large', async () => {
  const agent = await rig.agent()
  await agent.start()
  const link = await rig.coordinator.linked()
  link.socket.send('x'.repeat(maxFrameBytes + 1))
  expect((await link.closed).code).toBe(1009)
  await rig.coordinator.linked()
  await agentState(agent, ({ status }) => status === 'linked')
})

it('does not dial in a loop when every link is dropped at once', async () => {
  const clock = fakeClock()
  const agent = await rig.agent({ clock, random: () => 1 })
  await agent.start()
  const waits: number[] = []
  for (let i = 0; i < 5; i++) {
    const link = await rig.coordinator.linked()
    await agentState(agent, ({ status }) => status === 'linked')
    link.cut()
    const { retry_in_ms } = await agentState(agent, ({ status }) => status === 'connecting')
    waits.push(retry_in_ms!)
    await clock.advance(retry_in_ms!)
  }
  expect(waits).toEqual([200, 400, 800, 1_000, 1_000])
  const steady = await rig.coordinator.linked()
  await agentState(agent, ({ status }) => status === 'linked')
  await clock.advance(5_000)
  steady.cut()
  expect((await agentState(agent, ({ status }) => status === 'connecting')).retry_in_ms).toBe(200)
})
