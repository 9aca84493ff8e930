import { expect, it } from 'vitest'
import { attempt, begin, heard } from '../../testing/gateway-turns.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { DemoGateway } from './demo.ts'

const open = () => {
  const clock = fakeClock(0)
  return { clock, gateway: new DemoGateway({ nodeName: 'mac-mini', clock, delayMs: 10 }) }
}

it('labels every answer as a demonstration and names its node', async () => {
  const { clock, gateway } = open()
  const turn = begin(gateway, attempt('build the app'))
  await clock.advance(1_000)
  const end = await turn.end
  expect(end).toMatchObject({
    type: 'done',
    text: expect.stringMatching(/^\[demo mac-mini\].*build the app.*no model was asked/) as string,
  })
  expect(heard(turn.events)).toBe((end as { text: string }).text)
  expect(turn.events.filter(({ type }) => type === 'delta').length).toBeGreaterThan(3)
})

it('stops when it is told, and counts the turns that run', async () => {
  const { clock, gateway } = open()
  const turn = begin(gateway, attempt('hello'))
  await clock.advance(20)
  expect(gateway.load()).toEqual({ running: 1, queued: 0, slots: 4 })
  turn.stop()
  expect(await turn.end).toEqual({ type: 'cancelled', text: heard(turn.events) })
  expect(gateway.load().running).toBe(0)
  expect(clock.pending).toBe(0)
})
