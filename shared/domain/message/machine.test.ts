import { describe, expect, it } from 'vitest'
import type { Affinity, Decision } from '../../contract/decision.ts'
import type { ErrorBody, ErrorCode } from '../../contract/error.ts'
import type { Message } from '../../contract/message.ts'
import { Message as MessageSchema } from '../../contract/message.ts'
import { isValid } from '../../contract/check.ts'
import { aMessage } from '../../testing/builders.ts'
import type { AttemptResult, MachineEvent, Step } from './events.ts'
import { newMessage, step } from './machine.ts'
import { defaultPolicy, type MachinePolicy } from './retry.ts'

const t = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000).toISOString()
const error = (code: ErrorCode = 'gateway_down'): ErrorBody => ({ code, message: `It is ${code}.` })
const decision = (affinity: Affinity = 'none'): Decision => ({
  outcome: 'chosen',
  node_id: 'node-1',
  strategy: 'least-busy',
  rule_id: null,
  affinity,
  requires: {},
  nodes: [],
  reason: 'mac-mini: the only node',
  at: t(0),
})
const offer = (affinity?: Affinity): MachineEvent => ({
  type: 'offer',
  node_id: 'node-1',
  node_name: 'mac-mini',
  decision: decision(affinity),
})
const start = (attempt = 1): MachineEvent => ({ type: 'start', attempt })
const began = (attempt = 1): MachineEvent => ({ type: 'began', attempt })
const refused = (attempt = 1): MachineEvent => ({ type: 'refused', attempt, error: error('draining') })
const neverBegan = (attempt = 1): MachineEvent => ({ type: 'never_began', attempt, error: error() })
const interrupt = (attempt = 1): MachineEvent => ({ type: 'interrupt', attempt, error: error('message_interrupted') })
const result = (of: Partial<AttemptResult> = {}, attempt = 1): MachineEvent => ({
  type: 'result',
  attempt,
  result: { outcome: 'succeeded', text: 'Noon.', began: true, effects: 'possible', ...of },
})
const failure = (of: Partial<AttemptResult> = {}, attempt = 1): MachineEvent =>
  result({ outcome: 'failed', text: '', effects: 'none', error: error(), ...of }, attempt)

/** Applies all events, one second apart, each of which must apply. */
function after(message: Message, ...events: MachineEvent[]): Message {
  return events.reduce((now, event, index) => {
    const made = step(now, event, t(index + 1), policy)
    if (!made.ok) throw new Error(`${event.type}: ${made.why}`)
    return made.message
  }, message)
}
const policy: MachinePolicy = { ...defaultPolicy, backoffMs: (failures) => failures * 1_000 }
const effectsOf = (made: Step) => (made.ok ? made.effects : undefined)
const talk = (overrides: Partial<Message> = {}): Message => aMessage({ conversation: 'talk', ...overrides })

describe('a new message', () => {
  it('is queued, with the usual numbers and the sender of its token', () => {
    const made = newMessage({ content: 'Hi', sender: 'somebody-else' }, { id: 'msg-7', sender: 'ann', at: t(0) })
    expect(made).toEqual({
      ...{ id: 'msg-7', state: 'queued', content: 'Hi', source: 'api', sender: 'ann', priority: 3 },
      ...{ timeout_s: 3_600, queue_ttl_s: 600, created_at: t(0), updated_at: t(0) },
      ...{ attempt: 0, attempts: [], affinity: 'none' },
    })
    expect(isValid(MessageSchema, made)).toBe(true)
  })

  it('keeps what the request names', () => {
    const input = {
      ...{ content: 'Hi', source: 'cli', conversation: 'c', requires: { gpu: true }, priority: 1 },
      ...{ timeout_s: 5, queue_ttl_s: 6, context: [{ role: 'user' as const, text: 'Before' }] },
    }
    const { idempotency_key: _, ...kept } = { ...input, idempotency_key: 'k' }
    expect(newMessage({ ...input, idempotency_key: 'k' }, { id: 'm', sender: 's', at: t(0) })).toMatchObject(kept)
  })
})

describe('the hand-off', () => {
  it('leads from queued to succeeded, and dates each part of the attempt', () => {
    const done = after(aMessage(), offer(), start(), began(), result({ usage: { output_tokens: 2 } }))
    expect(done).toMatchObject({
      ...{ state: 'succeeded', response: 'Noon.', usage: { output_tokens: 2 } },
      ...{ node_id: 'node-1', node_name: 'mac-mini', attempt: 1, ended_at: t(4), updated_at: t(4) },
    })
    expect(done.attempts).toEqual([
      {
        ...{ number: 1, node_id: 'node-1', node_name: 'mac-mini', outcome: 'succeeded', charged: true },
        ...{ offered_at: t(1), started_at: t(2), began_at: t(3), ended_at: t(4) },
      },
    ])
    expect(isValid(MessageSchema, done)).toBe(true)
  })

  it('goes back to the queue when the node refuses, without a charge', () => {
    const back = after(aMessage(), offer(), refused())
    expect(back).toMatchObject({ state: 'queued', attempt: 1 })
    expect(back.not_before).toBeUndefined()
    expect(back.attempts).toMatchObject([{ outcome: 'refused', charged: false, ended_at: t(2) }])
  })

  it('starts nothing that was refused, cancelled or offered anew', () => {
    expect(step(after(aMessage(), offer(), refused()), start(), t(9))).toMatchObject({ ok: false })
    expect(step(after(aMessage(), offer(), { type: 'cancel' }), start(), t(9))).toMatchObject({ ok: false })
    const second = after(aMessage(), offer(), refused(), offer())
    expect(step(second, start(1), t(9))).toMatchObject({ ok: false })
    expect(step(second, start(2), t(9))).toMatchObject({ ok: true, message: { state: 'started', attempt: 2 } })
  })

  it('is not given to a second node once start was sent, until the node proves that it never began', () => {
    const started = after(aMessage(), offer(), start())
    expect(step(started, offer(), t(9))).toMatchObject({ ok: false })
    expect(step(started, refused(), t(9))).toMatchObject({ ok: false })
    const back = after(started, neverBegan())
    expect(back).toMatchObject({ state: 'queued', attempts: [{ outcome: 'never_began', charged: false }] })
    expect(after(back, offer())).toMatchObject({ state: 'offered', attempt: 2 })
  })

  it('takes a repeated start or begun as nothing new', () => {
    const started = after(aMessage(), offer(), start())
    expect(step(started, start(), t(9))).toEqual({ ok: true, changed: false, message: started, effects: [] })
    const running = after(started, began())
    expect(step(running, began(), t(9))).toEqual({ ok: true, changed: false, message: running, effects: [] })
  })

  it('remembers a bounded number of refusals, and every attempt that counts', () => {
    let message = after(aMessage(), offer(), start(), failure())
    for (let attempt = 2; attempt <= 100; attempt += 1) message = after(message, offer(), refused(attempt))
    expect(message.attempt).toBe(100)
    expect(message.attempts).toHaveLength(32)
    expect(message.attempts[0]).toMatchObject({ number: 1, charged: true })
    expect(message.attempts.at(-1)).toMatchObject({ number: 100 })
  })
})

describe('the pin', () => {
  it('is written with start when the message is part of a conversation', () => {
    const pinned = [{ type: 'pin', node_id: 'node-1' }]
    expect(effectsOf(step(after(talk(), offer('miss')), start(), t(9)))).toEqual(pinned)
    expect(effectsOf(step(after(talk(), offer('repin')), start(), t(9)))).toEqual(pinned)
    expect(effectsOf(step(after(talk(), offer('excursion')), start(), t(9)))).toEqual([])
    expect(effectsOf(step(after(aMessage(), offer()), start(), t(9)))).toEqual([])
  })

  it('goes when the attempt that wrote it never began', () => {
    const gone = [{ type: 'unpin', attempt: 1 }]
    const started = after(talk(), offer('miss'), start())
    expect(effectsOf(step(started, neverBegan(), t(9)))).toEqual(gone)
    expect(effectsOf(step(started, failure({ began: false }), t(9)))).toEqual(gone)
    expect(effectsOf(step(started, failure({ began: true }), t(9)))).toEqual([])
  })

  it('stays when the attempt had found it there, or had left it alone', () => {
    expect(effectsOf(step(after(talk(), offer('hit'), start()), neverBegan(), t(9)))).toEqual([])
    expect(effectsOf(step(after(talk(), offer('excursion'), start()), neverBegan(), t(9)))).toEqual([])
  })
})

describe('a failure', () => {
  it('is tried again after a growing pause, three times in all', () => {
    const once = after(aMessage(), offer(), start(), began(), failure())
    expect(once).toMatchObject({
      state: 'queued',
      not_before: t(4 + 1),
      attempts: [{ outcome: 'failed', charged: true }],
    })
    const twice = after(once, offer(), start(2), failure({}, 2))
    expect(twice).toMatchObject({ state: 'queued', not_before: t(3 + 2) })
    const thrice = after(twice, offer(), start(3), failure({}, 3))
    expect(thrice).toMatchObject({ state: 'failed', error: error(), attempt: 3 })
    expect(thrice.not_before).toBeUndefined()
  })

  it('is not tried again when the turn may have had effects; what came is kept beside the error', () => {
    const failed = after(aMessage(), offer(), start(), began(), failure({ effects: 'possible', text: 'Half an ans' }))
    expect(failed).toMatchObject({ state: 'failed', error: error(), response: 'Half an ans' })
  })

  it('is tried again when the turn never began, whatever effects are reported', () => {
    expect(after(aMessage(), offer(), start(), failure({ began: false, effects: 'possible' })).state).toBe('queued')
  })

  it.each<ErrorCode>([
    'gateway_rejected',
    'invalid_input',
    'payload_too_large',
    'unsupported_feature',
    'answer_too_large',
  ])('is final when its cause is %s, which would only repeat itself', (code) => {
    expect(after(aMessage(), offer(), start(), failure({ error: error(code) })).state).toBe('failed')
  })

  it('tells a connection that timed out from a turn that took too long', () => {
    const timeout = { error: error('timeout') }
    expect(after(aMessage(), offer(), start(), failure({ ...timeout, began: false })).state).toBe('queued')
    expect(after(aMessage(), offer(), start(), failure(timeout)).state).toBe('failed')
  })

  it('does not count when our own shutdown caused it', () => {
    let message = aMessage()
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      message = after(message, offer(), start(attempt), failure({ error: error('draining') }, attempt))
      expect(message).toMatchObject({ state: 'queued' })
    }
    expect(message.attempts.every((attempt) => !attempt.charged)).toBe(true)
  })

  it('of an interrupted attempt counts once', () => {
    const late = after(aMessage(), offer(), start(), interrupt(), failure())
    expect(late).toMatchObject({
      state: 'queued',
      not_before: t(4 + 1),
      attempts: [{ outcome: 'failed', charged: true }],
    })
  })

  it('without a cause is a bad reply of the node', () => {
    const failed = after(aMessage(), offer(), start(), failure({ effects: 'possible', error: undefined }))
    expect(failed.error?.code).toBe('gateway_bad_reply')
  })
})

describe('an interrupted message', () => {
  const lost = () => after(aMessage(), offer(), start(), began(), { type: 'node_lost', attempt: 1 }, interrupt())

  it('is noted as lost first, and goes on when the node comes back', () => {
    const away = after(aMessage(), offer(), start(), began(), { type: 'node_lost', attempt: 1 })
    expect(away).toMatchObject({ state: 'running', node_lost_at: t(4) })
    expect(step(away, { type: 'node_lost', attempt: 1 }, t(9))).toMatchObject({ ok: true, changed: false })
    const back = after(away, { type: 'node_back', attempt: 1 })
    expect(back).toMatchObject({ state: 'running' })
    expect(back.node_lost_at).toBeUndefined()
    const answered = after(away, result())
    expect(answered).toMatchObject({ state: 'succeeded' })
    expect(answered.node_lost_at).toBeUndefined()
  })

  it('that was started only is running when the node comes back with it', () => {
    const away = after(aMessage(), offer(), start(), { type: 'node_lost', attempt: 1 })
    expect(after(away, { type: 'node_back', attempt: 1 })).toMatchObject({
      state: 'running',
      attempts: [{ began_at: t(1) }],
    })
  })

  it('is not an end, and is never offered again by itself', () => {
    const message = lost()
    expect(message).toMatchObject({ state: 'interrupted', error: { code: 'message_interrupted' } })
    expect(message.ended_at).toBeUndefined()
    expect(step(message, offer(), t(9))).toMatchObject({ ok: false })
    expect(step(message, { type: 'expire', error: error('message_expired') }, t(9))).toMatchObject({ ok: false })
    expect(step(message, { type: 'node_back', attempt: 1 }, t(9))).toMatchObject({ ok: true, changed: false })
  })

  it('becomes succeeded by a late result', () => {
    const done = after(lost(), result())
    expect(done).toMatchObject({ state: 'succeeded', response: 'Noon.', attempts: [{ outcome: 'succeeded' }] })
    expect(done.error).toBeUndefined()
    expect(done.attempts[0]?.error).toBeUndefined()
  })

  it('goes back to the queue when the node proves that it never began', () => {
    const back = after(lost(), neverBegan())
    expect(back).toMatchObject({ state: 'queued', attempts: [{ outcome: 'never_began', charged: false }] })
    expect(back.error).toBeUndefined()
  })

  it('is what a node makes of an attempt that it cannot know about any more', () => {
    const message = after(aMessage(), offer(), start(), result({ outcome: 'interrupted', error: undefined }))
    expect(message).toMatchObject({ state: 'interrupted', error: { code: 'gateway_bad_reply' } })
  })
})

describe('cancelling', () => {
  const cancel: MachineEvent = { type: 'cancel' }

  it('ends a message at once while no node can have begun it', () => {
    expect(after(aMessage(), cancel)).toMatchObject({ state: 'cancelled', error: { code: 'message_cancelled' } })
    const offered = after(aMessage(), offer(), cancel)
    expect(offered).toMatchObject({ state: 'cancelled', attempts: [{ outcome: 'cancelled', charged: false }] })
  })

  it('is only asked for once a node may have begun', () => {
    const asked = after(aMessage(), offer(), start(), cancel)
    expect(asked).toMatchObject({ state: 'started', cancel_requested_at: t(3) })
    expect(step(asked, cancel, t(9))).toMatchObject({ ok: true, changed: false })
    expect(after(asked, began(), result({ outcome: 'cancelled', text: 'Ha' }))).toMatchObject({
      state: 'cancelled',
      response: 'Ha',
      error: { code: 'message_cancelled' },
    })
  })

  it('loses against an answer that was committed first, and the answer says so', () => {
    expect(after(aMessage(), offer(), start(), cancel, result())).toMatchObject({ state: 'succeeded' })
    const done = after(aMessage(), offer(), start(), result())
    expect(step(done, cancel, t(9))).toMatchObject({ ok: false, why: 'The message has already succeeded.' })
  })

  it('ends a message that would have been tried again', () => {
    const asked = after(aMessage(), offer(), start(), cancel)
    expect(after(asked, neverBegan()).state).toBe('cancelled')
    expect(after(asked, failure()).state).toBe('cancelled')
    expect(after(asked, failure({ effects: 'possible' })).state).toBe('failed')
  })

  it('is unconfirmed while the node is away, and still decided by its word', () => {
    const unconfirmed = { state: 'interrupted', error: { details: { stop_unconfirmed: true } } }
    const before = after(aMessage(), offer(), start(), cancel, { type: 'node_lost', attempt: 1 }, interrupt())
    expect(before).toMatchObject(unconfirmed)
    const later = after(aMessage(), offer(), start(), interrupt(), cancel)
    expect(later).toMatchObject(unconfirmed)
    expect(after(later, result({ outcome: 'cancelled' })).state).toBe('cancelled')
    expect(after(later, neverBegan()).state).toBe('cancelled')
    expect(after(later, result()).state).toBe('succeeded')
  })

  it('at the gateway itself is a cancelled message too', () => {
    const stopped = after(aMessage(), offer(), start(), began(), result({ outcome: 'cancelled', text: '' }))
    expect(stopped).toMatchObject({
      state: 'cancelled',
      error: { message: 'The turn was stopped at the gateway of mac-mini.' },
    })
    expect(stopped.response).toBeUndefined()
  })
})

describe('a deadline', () => {
  const expire: MachineEvent = { type: 'expire', error: error('message_expired') }

  it('ends the message wherever it is; a later result is not shown', () => {
    expect(after(aMessage(), expire)).toMatchObject({ state: 'expired', error: { code: 'message_expired' } })
    expect(after(aMessage(), offer(), expire).attempts).toMatchObject([{ outcome: 'cancelled' }])
    const expired = after(aMessage(), offer(), start(), began(), expire)
    expect(expired).toMatchObject({ state: 'expired', attempts: [{ outcome: 'interrupted', ended_at: t(4) }] })
    expect(step(expired, result(), t(9))).toMatchObject({
      message: { state: 'expired', attempts: [{ outcome: 'late' }] },
    })
  })
})

describe('a result out of place', () => {
  it('of an older attempt changes nothing; its repeat is no surprise', () => {
    const second = after(aMessage(), offer(), start(), failure(), offer(), start(2))
    expect(step(second, result(), t(9))).toMatchObject({ ok: false, message: second })
    expect(step(second, failure(), t(9))).toMatchObject({ ok: true, changed: false })
  })

  it('after the end is never a second reply', () => {
    const done = after(aMessage(), offer(), start(), result())
    expect(step(done, result({ text: 'One.' }), t(9))).toEqual({ ok: true, changed: false, message: done, effects: [] })
    expect(step(done, failure(), t(9))).toMatchObject({ ok: false, message: done })
  })

  it('of an attempt that was not started, or never made, is turned down', () => {
    expect(step(after(aMessage(), offer()), result(), t(9))).toMatchObject({ ok: false })
    expect(step(aMessage(), result({}, 4), t(9))).toMatchObject({
      ok: false,
      why: 'There is no attempt 4 at this message.',
    })
  })
})

describe('waiting', () => {
  const waiting = (reason: 'offline' | 'no_free_slot', position: number, seconds: number): MachineEvent => ({
    type: 'waiting',
    waiting: { reason, since: t(seconds), position },
  })

  it('keeps since when while the reason stays', () => {
    const first = after(aMessage(), waiting('offline', 3, 5))
    expect(after(first, waiting('offline', 2, 9)).waiting).toEqual({ reason: 'offline', since: t(5), position: 2 })
    expect(after(first, waiting('no_free_slot', 2, 9)).waiting).toMatchObject({ since: t(9) })
    expect(step(first, waiting('offline', 3, 9), t(9))).toMatchObject({ ok: true, changed: false })
  })

  it('is over with an offer or by word', () => {
    const first = after(aMessage(), waiting('offline', 3, 5))
    expect(after(first, offer()).waiting).toBeUndefined()
    expect(after(first, { type: 'waiting', waiting: null }).waiting).toBeUndefined()
    expect(step(after(first, offer()), waiting('offline', 1, 9), t(9))).toMatchObject({ ok: false })
  })

  it('records the decision behind it, but not one that only was made later', () => {
    const made = (seconds: number, reason: string): MachineEvent => ({
      type: 'waiting',
      waiting: { reason: 'offline', since: t(1), position: 1 },
      decision: { ...decision(), reason, at: t(seconds) },
    })
    const first = after(aMessage(), made(1, 'mac-mini is offline'))
    expect(first.decision).toMatchObject({ reason: 'mac-mini is offline' })
    expect(step(first, made(2, 'mac-mini is offline'), t(9))).toMatchObject({ ok: true, changed: false })
    expect(after(first, made(2, 'vps is offline')).decision).toMatchObject({ reason: 'vps is offline' })
  })

  it('in vain ends the message with the last decision', () => {
    const ended = after(aMessage(), { type: 'give_up', error: error('no_node_available'), decision: decision() })
    expect(ended).toMatchObject({ state: 'failed', error: { code: 'no_node_available' }, decision: decision() })
  })
})
