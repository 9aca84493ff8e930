import { describe, expect, it } from 'vitest'
import { isValid } from '../../contract/check.ts'
import { lateTextChars, resolveWithinS } from '../../contract/limits.ts'
import { type Message, Message as MessageSchema } from '../../contract/message.ts'
import { aMessage } from '../../testing/builders.ts'
import { began, neverBegan, offer, result, start } from '../../testing/store-conformance-steps.ts'
import type { MachineEvent, Step } from './events.ts'
import { step } from './machine.ts'
import { replayOf } from './replay.ts'
import { defaultPolicy, type MachinePolicy } from './retry.ts'

const t = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000).toISOString()
const lost = { code: 'message_interrupted', message: 'Nothing was heard of its node.' } as const
const interrupt = (attempt = 1): MachineEvent => ({ type: 'interrupt', attempt, error: lost })
const rerun: MachineEvent = { type: 'resolve', action: 'rerun' }
const fail: MachineEvent = { type: 'resolve', action: 'fail' }

/** Applies all events, one second apart, each of which must apply. */
function after(message: Message, events: readonly MachineEvent[], policy: Partial<MachinePolicy> = {}): Message {
  return events.reduce((now, event, index) => {
    const made = step(now, event, t(index + 1), { ...defaultPolicy, ...policy })
    if (!made.ok) throw new Error(`${event.type}: ${made.why}`)
    expect(isValid(MessageSchema, made.message)).toBe(true)
    return made.message
  }, message)
}
const turn = (attempt: number): MachineEvent[] => [offer(`node-${attempt}`), start(attempt), began(attempt)]
const interrupted = (...more: MachineEvent[]) => after(aMessage(), [...turn(1), interrupt(), ...more])
const next = (message: Message, event: MachineEvent, at = t(99)): Step => step(message, event, at)

describe('an interrupted message', () => {
  it('says since when', () => {
    expect(interrupted()).toMatchObject({ state: 'interrupted', interrupted_at: t(4) })
  })

  it('is run again as the next attempt, with its whole time in the queue before it', () => {
    const again = interrupted(rerun)
    expect(again).toMatchObject({ state: 'queued', attempt: 1, queued_at: t(5), attempts: [{ charged: true }] })
    expect(again.error).toBeUndefined()
    expect(again.interrupted_at).toBeUndefined()
    expect(after(again, [...turn(2), result(2, { text: 'Done.' })])).toMatchObject({
      ...{ state: 'succeeded', response: 'Done.', attempt: 2, node_id: 'node-2' },
      attempts: [{ outcome: 'interrupted' }, { outcome: 'succeeded' }],
    })
  })

  it('fails when a person says so, and keeps why it was interrupted', () => {
    const failed = interrupted(fail)
    expect(failed).toMatchObject({ state: 'failed', ended_at: t(5) })
    expect(failed.error).toEqual({ ...lost, details: { resolved: 'fail' } })
    expect(failed.interrupted_at).toBeUndefined()
  })

  it('is never run again when somebody asked it to stop, but may be let fail', () => {
    const asked = after(aMessage(), [...turn(1), { type: 'cancel' }, interrupt()])
    expect(next(asked, rerun)).toMatchObject({ ok: false, message: asked })
    expect(next(interrupted({ type: 'cancel' }), rerun)).toMatchObject({ ok: false })
    expect(after(asked, [fail])).toMatchObject({
      state: 'failed',
      error: { details: { stop_unconfirmed: true, resolved: 'fail' } },
    })
  })

  it('lapses when nobody said anything for a day, not a moment sooner', () => {
    const due = (ms: number): string => new Date(Date.parse(t(4)) + resolveWithinS * 1_000 + ms).toISOString()
    expect(next(interrupted(), { type: 'lapse' }, due(-1))).toMatchObject({ ok: false })
    expect(next(interrupted(), { type: 'lapse' }, due(0))).toMatchObject({
      ok: true,
      message: { state: 'failed', error: { code: 'message_interrupted', details: { resolved: 'lapsed' } } },
    })
  })

  it('is what resolving is for: no other state is', () => {
    for (const message of [aMessage(), after(aMessage(), turn(1)), interrupted(fail), interrupted(rerun)])
      for (const event of [rerun, fail, { type: 'lapse' } as const])
        expect(next(message, event)).toMatchObject({ ok: false })
  })

  it('may be run again as often as a person says', () => {
    let message = interrupted()
    for (let attempt = 2; attempt <= 40; attempt++)
      message = after(message, [rerun, ...turn(attempt), interrupt(attempt)])
    expect(message).toMatchObject({ state: 'interrupted', attempt: 40 })
    expect(message.attempts.length).toBeLessThanOrEqual(32)
  })
})

describe('a result of an attempt that was given up', () => {
  const late = result(1, { text: 'Better late.' })

  it('is the answer while no node was told to start in its place', () => {
    const answered = { state: 'succeeded', response: 'Better late.', node_id: 'node-1', node_name: 'name of node-1' }
    expect(interrupted(rerun, late)).toMatchObject({ ...answered, attempts: [{ outcome: 'succeeded' }] })
    expect(interrupted(rerun, offer('node-2'), late)).toMatchObject({
      ...answered,
      attempts: [{ outcome: 'succeeded' }, { outcome: 'cancelled', charged: false }],
    })
    expect(interrupted(rerun, offer('node-2'), start(2), neverBegan(2), late)).toMatchObject(answered)
  })

  it('is kept with its attempt once another was started, and is no second reply', () => {
    const both = interrupted(rerun, offer('node-2'), start(2), late)
    expect(both).toMatchObject({ state: 'started', attempt: 2 })
    expect(both.response).toBeUndefined()
    expect(both.attempts[0]).toMatchObject({
      ...{ outcome: 'late', charged: true, error: lost },
      late: { outcome: 'succeeded', text: 'Better late.', chars: 12, at: t(8) },
    })
    const done = after(both, [result(2, { text: 'The reply.' })])
    expect(done).toMatchObject({ response: 'The reply.', attempts: [{ outcome: 'late' }, { outcome: 'succeeded' }] })
  })

  it('is kept by a message that has ended, which stays as it ended', () => {
    const expire: MachineEvent = { type: 'expire', error: { code: 'message_expired', message: 'Too slow.' } }
    for (const ended of [interrupted(fail), after(aMessage(), [...turn(1), expire])]) {
      const told = after(ended, [late])
      expect(told).toMatchObject({ attempts: [{ outcome: 'late', late: { text: 'Better late.' } }] })
      const { attempts: _, updated_at: __, ...rest } = told
      expect(ended).toMatchObject(rest)
    }
  })

  it('is kept once, and only so much of it', () => {
    const long = result(1, { text: 'x'.repeat(lateTextChars + 1) })
    const told = interrupted(fail, long)
    expect(told.attempts[0]?.late).toMatchObject({ text: 'x'.repeat(lateTextChars), chars: lateTextChars + 1 })
    expect(next(told, late)).toMatchObject({ ok: true, changed: false })
  })

  it('is kept also when it tells of a failure', () => {
    const failure = result(1, { outcome: 'failed', error: { code: 'provider_failing', message: 'The model is away.' } })
    expect(interrupted(rerun, failure)).toMatchObject({
      ...{
        state: 'queued',
        attempts: [{ outcome: 'late', late: { outcome: 'failed', error: { code: 'provider_failing' } } }],
      },
    })
  })
})

describe('a policy', () => {
  it('can say what a person would say of an interrupted message', () => {
    expect(after(aMessage(), [...turn(1), interrupt()], { on_interrupt: 'rerun' })).toMatchObject({ state: 'queued' })
    expect(after(aMessage(), [...turn(1), interrupt()], { on_interrupt: 'fail' })).toMatchObject({
      ...{ state: 'failed', ended_at: t(4), error: lost },
    })
    const own = aMessage({ on_interrupt: 'ask' })
    expect(after(own, [...turn(1), interrupt()], { on_interrupt: 'rerun' })).toMatchObject({ state: 'interrupted' })
  })

  it('runs nothing again that was asked to stop, nor more often than a message may fail', () => {
    const policy = { on_interrupt: 'rerun' } as const
    const asked = after(aMessage(), [...turn(1), { type: 'cancel' }, interrupt()], policy)
    expect(asked).toMatchObject({ state: 'interrupted', error: { details: { stop_unconfirmed: true } } })
    const thrice = [1, 2, 3].flatMap((attempt) => [...turn(attempt), interrupt(attempt)])
    expect(after(aMessage(), thrice, policy)).toMatchObject({ state: 'interrupted', attempt: 3 })
  })

  const failed = (began: boolean, effects: 'none' | 'possible') =>
    result(1, { outcome: 'failed', began, effects, error: { code: 'provider_failing', message: 'The model is away.' } })

  it.each([
    ['next', 'none', 'queued'],
    ['wait', 'none', 'queued'],
    ['fail', 'none', 'failed'],
    ['next', 'possible', 'failed'],
    ['wait', 'possible', 'failed'],
  ] as const)('%s, after a failure that had effects: %s, makes it %s', (on_failure, effects, state) => {
    expect(after(aMessage(), [...turn(1), failed(true, effects)], { on_failure }).state).toBe(state)
  })

  it('that waits keeps it with the node that failed', () => {
    const waits = after(aMessage({ on_failure: 'wait' }), [...turn(1), failed(true, 'none')])
    expect(waits).toMatchObject({ state: 'queued', stays_with: 'node-1', queued_at: t(4) })
    expect(after(aMessage(), [...turn(1), failed(true, 'none')]).stays_with).toBeUndefined()
  })

  it('that fails does not punish a message for our own shutdown', () => {
    const stopping = result(1, {
      ...{ outcome: 'failed', began: false },
      error: { code: 'draining', message: 'Stopping.' },
    })
    expect(after(aMessage(), [...turn(1), stopping], { on_failure: 'fail' })).toMatchObject({
      ...{ state: 'queued', attempts: [{ charged: false }] },
    })
  })
})

describe('sending again', () => {
  it('makes a new message of what was asked, and each knows the other', () => {
    const asked = aMessage({ conversation: 'talk', requires: { gpu: true }, priority: 1, on_failure: 'fail' })
    const dead = after(asked, [{ type: 'give_up', error: lost }])
    const again = replayOf(dead, { id: 'msg-2', at: t(9) })
    const { id: _, created_at, updated_at, ...same } = asked
    expect(again).toEqual({ ...same, id: 'msg-2', created_at: t(9), updated_at: t(9), replay_of: 'msg-1' })
    const told = after(dead, [{ type: 'replayed', message_id: 'msg-2' }])
    expect(told).toEqual({ ...dead, replayed_as: 'msg-2', updated_at: told.updated_at })
  })

  it('is for messages that ended without an answer', () => {
    const replayed: MachineEvent = { type: 'replayed', message_id: 'msg-2' }
    expect(after(aMessage(), [{ type: 'cancel' }, replayed]).replayed_as).toBe('msg-2')
    for (const message of [aMessage(), interrupted(), after(aMessage(), [...turn(1), result(1, {})])])
      expect(next(message, replayed)).toMatchObject({ ok: false })
  })
})
