import { afterEach, beforeEach, expect, it } from 'vitest'
import type { AttemptRef } from '../../contract/link.ts'
import { RunnerRig } from '../../testing/runner-rig.ts'

const ref: AttemptRef = { message_id: 'msg-1', attempt: 1 }
let rig: RunnerRig
beforeEach(async () => {
  rig = await RunnerRig.start()
})
afterEach(() => rig.stop())

it('finds out later what became of a turn whose gateway went away', async () => {
  const sent = rig.link()
  const turn = await rig.handOver()
  turn.emit({ type: 'lost', error: { code: 'gateway_down', message: 'Gone.' }, text: 'half an' })
  const settling = await rig.adapter.settlings.next()
  expect(settling.attempt).toEqual({ run_id: 'msg-1.1', session: '0123456789abcdef0123456789abcdef' })
  expect(rig.runner.standing().begun).toEqual([ref])
  settling.answer({ state: 'succeeded', text: 'half an answer and the rest' })
  expect(await sent.next('result')).toMatchObject({ outcome: 'succeeded', text: 'half an answer and the rest' })
})

it('says interrupted when it cannot be found out', async () => {
  const sent = rig.link()
  const turn = await rig.handOver()
  turn.emit({ type: 'lost', error: { code: 'gateway_down', message: 'Gone.' }, text: 'half' })
  const settling = await rig.adapter.settlings.next()
  settling.fail(new Error('a bug'))
  expect(await sent.next('result')).toMatchObject({ outcome: 'interrupted', text: 'half', error: { code: 'internal' } })
})

it('says that a stop is not confirmed while the gateway is away', async () => {
  const sent = rig.link()
  const turn = await rig.handOver()
  turn.emit({ type: 'lost', error: { code: 'gateway_down', message: 'Gone.' }, text: '' })
  const settling = await rig.adapter.settlings.next()
  rig.runner.take({ type: 'cancel', ...ref, reason: 'cancelled' })
  expect(await sent.next('result')).toMatchObject({
    outcome: 'interrupted',
    error: { details: { stop_unconfirmed: true } },
  })
  expect(settling.signal.aborted).toBe(true)
})

it('leaves a running turn to the gateway when it stops, and settles it at the next start', async () => {
  const turn = (rig.link(), await rig.handOver())
  await rig.restart()
  expect(turn.signal.aborted).toBe(false)
  expect(rig.runner.standing()).toEqual({ begun: [ref], results: [] })
  const sent = rig.link()
  const settling = await rig.adapter.settlings.next()
  settling.answer({ state: 'succeeded', text: 'finished without us' })
  expect(await sent.next('result')).toMatchObject({ ...ref, outcome: 'succeeded', text: 'finished without us' })
  expect(rig.adapter.begun).toEqual(['msg-1.1'])
})

it.each([
  [{ state: 'never_began' } as const, { outcome: 'never_began', began: false, effects: 'none' }],
  [{ state: 'cancelled' } as const, { outcome: 'cancelled', began: true }],
  [
    { state: 'interrupted', error: { code: 'message_interrupted', message: 'No trace.' } } as const,
    { outcome: 'interrupted', began: true, effects: 'possible' },
  ],
  [
    { state: 'failed', error: { code: 'provider_failing', message: 'No.' }, began: true, effects: 'none' } as const,
    { outcome: 'failed', began: true, effects: 'none' },
  ],
])('turns %j after a restart into its result', async (settled, expected) => {
  rig.link()
  await rig.handOver()
  await rig.restart()
  const settling = await rig.adapter.settlings.next()
  settling.answer(settled)
  expect(await rig.link().next('result')).toMatchObject(expected)
})

it('stops while a turn is being settled, and settles it again later', async () => {
  rig.link()
  await rig.handOver()
  await rig.restart()
  await rig.adapter.settlings.next()
  await rig.restart()
  expect(rig.runner.standing().begun).toEqual([ref])
  expect((await rig.adapter.settlings.next()).attempt.run_id).toBe('msg-1.1')
})

it('has the gateway stop a turn that is cancelled while it is being settled', async () => {
  rig.link()
  await rig.handOver()
  await rig.restart()
  const sent = rig.link()
  await rig.adapter.settlings.next()
  expect(rig.adapter.stopped).toEqual([])
  rig.runner.take({ type: 'cancel', ...ref, reason: 'cancelled' })
  expect(await sent.next('result')).toMatchObject({ ...ref, outcome: 'interrupted' })
  expect(rig.adapter.stopped).toEqual(['msg-1.1'])
})
