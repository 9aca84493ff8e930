import fc from 'fast-check'
import { Compile } from 'typebox/compile'
import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../contract/error.ts'
import { type Attempt, hasEnded, type Message, Message as MessageSchema } from '../../contract/message.ts'
import { aMessage } from '../../testing/builders.ts'
import type { AttemptResult, Effect, MachineEvent } from './events.ts'
import { step } from './machine.ts'
import { defaultPolicy, type MachinePolicy } from './retry.ts'

// Any events in any order, about any attempt: what a hostile node, a lost frame or a wrong caller could make of it.

// Hours apart, so that what takes a day can happen too.
const at = (hours: number): string => new Date(Date.UTC(2026, 0, 1) + hours * 3_600_000).toISOString()
const errorBody = fc
  .constantFrom<ErrorCode>('gateway_down', 'provider_failing', 'gateway_rejected', 'draining', 'timeout', 'internal')
  .map((code) => ({ code, message: `It is ${code}.` }))
const attempt = fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.constantFrom(-1, 1, -2))
const result: fc.Arbitrary<AttemptResult> = fc.record(
  {
    outcome: fc.constantFrom('succeeded', 'failed', 'cancelled', 'interrupted', 'never_began'),
    text: fc.string(),
    error: errorBody,
    began: fc.boolean(),
    effects: fc.constantFrom('none', 'possible'),
  },
  { requiredKeys: ['outcome', 'text', 'began', 'effects'] },
)

/** An event about the current attempt (0), or one so many before or after it. */
type Aimed = (current: number) => MachineEvent
const aimed = <T>(parts: fc.Arbitrary<T>, make: (n: number, part: T) => MachineEvent): fc.Arbitrary<Aimed> =>
  fc.tuple(attempt, parts).map(
    ([offset, part]) =>
      (current) =>
        make(Math.max(1, current + offset), part),
  )
const nothing = fc.constant(undefined)

const offer: fc.Arbitrary<Aimed> = fc
  .tuple(fc.constantFrom('node-1', 'node-2'), fc.constantFrom('none', 'hit', 'miss', 'repin', 'excursion'))
  .map(([node_id, affinity]) => () => ({
    type: 'offer',
    node_id,
    node_name: node_id,
    decision: {
      ...{ outcome: 'chosen', node_id, strategy: 'least-busy', rule_id: null, affinity, requires: {}, nodes: [] },
      ...{ reason: 'because', at: at(0) },
    },
  }))
const event: fc.Arbitrary<Aimed> = fc.oneof(
  { weight: 8, arbitrary: offer },
  { weight: 8, arbitrary: aimed(nothing, (n) => ({ type: 'start', attempt: n })) },
  { weight: 4, arbitrary: aimed(nothing, (n) => ({ type: 'began', attempt: n })) },
  { weight: 3, arbitrary: aimed(result, (n, of) => ({ type: 'result', attempt: n, result: of })) },
  aimed(errorBody, (n, error) => ({ type: 'refused', attempt: n, error })),
  aimed(errorBody, (n, error) => ({ type: 'never_began', attempt: n, error })),
  { weight: 3, arbitrary: aimed(nothing, (n) => ({ type: 'node_lost', attempt: n })) },
  aimed(nothing, (n) => ({ type: 'node_back', attempt: n })),
  aimed(errorBody, (n, error) => ({ type: 'interrupt', attempt: n, error })),
  {
    weight: 3,
    arbitrary: fc.constantFrom('rerun', 'fail').map<Aimed>((action) => () => ({ type: 'resolve', action })),
  },
  fc.constant<Aimed>(() => ({ type: 'lapse' })),
  fc.constant<Aimed>(() => ({ type: 'replayed', message_id: 'msg-2' })),
  fc.constant<Aimed>(() => ({ type: 'cancel' })),
  errorBody.map<Aimed>((error) => () => ({ type: 'expire', error })),
  errorBody.map<Aimed>((error) => () => ({ type: 'give_up', error })),
  fc
    .record({ reason: fc.constantFrom('offline' as const, 'backoff' as const), position: fc.nat(9) })
    .map<Aimed>(({ reason, position }) => () => ({
      type: 'waiting',
      waiting: { reason, since: at(0), position: position + 1 },
    })),
)

interface Moment {
  readonly event: MachineEvent
  readonly before: Message
  readonly after: Message
  readonly changed: boolean
  readonly policy: MachinePolicy
  readonly effects: readonly Effect[]
}

const policies: readonly MachinePolicy[] = (['ask', 'rerun', 'fail'] as const).flatMap((on_interrupt) =>
  (['next', 'wait', 'fail'] as const).map((on_failure) => ({ ...defaultPolicy, on_interrupt, on_failure })),
)

function play(events: readonly Aimed[], conversation: boolean, policy: MachinePolicy): Moment[] {
  let message = aMessage(conversation ? { conversation: 'talk' } : {})
  return events.map((make, index) => {
    const before = message
    const made = make(before.attempt)
    const answer = step(before, made, at(index + 1), policy)
    message = answer.message
    const changed = answer.ok && answer.changed
    return { event: made, before, after: message, changed, policy, effects: answer.ok ? answer.effects : [] }
  })
}

const always = (holds: (moment: Moment, story: readonly Moment[]) => void): void => {
  fc.assert(
    fc.property(
      fc.array(event, { minLength: 1, maxLength: 40, size: 'max' }),
      fc.boolean(),
      fc.constantFrom(...policies),
      (events, conversation, policy) => {
        const story = play(events, conversation, policy)
        for (const moment of story) holds(moment, story)
      },
    ),
    { numRuns: 200 },
  )
}
function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze)
  return value
}
const current = (message: Message): Attempt | undefined =>
  message.attempts.find((one) => one.number === message.attempt)

describe('whatever happens to a message', () => {
  it('it stays a valid message', () => {
    const schema = Compile(MessageSchema)
    always(({ after, changed }) => {
      if (changed) expect(schema.Check(after)).toBe(true)
    })
  })

  it('the message it was is left alone: the change is a new one', () => {
    always(({ event: made, before }) => {
      expect(() => step(deepFreeze(structuredClone(before)), made, at(99))).not.toThrow()
    })
  })

  it('what does not apply leaves it as it is, without effects', () => {
    always(({ before, after, changed, effects }) => {
      if (changed) return
      expect(after).toBe(before)
      expect(effects).toEqual([])
    })
  })

  it('an end is final: nothing changes any more but what is noted beside it', () => {
    always(({ before, after }) => {
      if (!hasEnded(before.state)) return
      const { attempts, updated_at, replayed_as, ...ended } = after
      expect(before).toMatchObject(ended)
      expect(attempts.map(({ number }) => number)).toEqual(before.attempts.map(({ number }) => number))
    })
  })

  it('there is one visible reply: what was shown once is never replaced', () => {
    always(({ after }, story) => {
      const shown = new Set(
        story.flatMap(({ after: { response, state } }) => (state === 'succeeded' ? [response] : [])),
      )
      expect(shown.size).toBeLessThanOrEqual(1)
      if (shown.size === 1 && after.state === 'succeeded') expect(after.response).toBe([...shown][0])
    })
  })

  it('a result that is not the reply is kept with its attempt, or is of one that was settled', () => {
    always(({ event: made, before, after }) => {
      if (made.type !== 'result' || after.state === 'succeeded') return
      const then = before.attempts.find(({ number }) => number === made.attempt)
      const now = after.attempts.find(({ number }) => number === made.attempt)
      if (then?.outcome !== 'interrupted' || before.state === 'interrupted') return
      if (made.result.outcome === 'interrupted') return
      expect(now).toMatchObject({ outcome: 'late', late: { outcome: made.result.outcome } })
    })
  })

  it('there is an answer only at the end, and ended_at exactly there', () => {
    always(({ after }) => {
      if (!hasEnded(after.state)) expect(after.response).toBeUndefined()
      expect(after.ended_at !== undefined).toBe(hasEnded(after.state))
      expect(after.error !== undefined).toBe(['failed', 'cancelled', 'expired', 'interrupted'].includes(after.state))
    })
  })

  it('attempts are numbered one by one, and only an offer adds one', () => {
    always(({ event: made, before, after }) => {
      expect(after.attempt - before.attempt).toBe(made.type === 'offer' && before.state === 'queued' ? 1 : 0)
      const numbers = after.attempts.map(({ number }) => number)
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
      expect(numbers.at(-1) ?? 0).toBe(after.attempt)
    })
  })

  it('all attempts but the current one are settled, and the current one while no node can have it', () => {
    always(({ after }) => {
      const open = after.attempts.filter((one) => one.outcome === undefined).map(({ number }) => number)
      const held = ['offered', 'started', 'running'].includes(after.state)
      expect(open).toEqual(held ? [after.attempt] : [])
    })
  })

  it('a settled attempt of the past is never rewritten', () => {
    always(({ before, after }) => {
      // But for what its node tells of it at last.
      const past = before.attempts.filter((one) => one.number < before.attempt && one.outcome !== 'interrupted')
      if (after.attempts.length >= before.attempts.length) expect(after.attempts).toEqual(expect.arrayContaining(past))
    })
  })

  it('once start was sent, it is queued again only on the node’s word that nothing was done, or where rerun was asked for', () => {
    always(({ event: made, before, after, policy }) => {
      const started = ['started', 'running', 'interrupted'].includes(before.state)
      if (!started || after.state !== 'queued') return
      expect(before.cancel_requested_at).toBeUndefined()
      const byPolicy = policy.on_interrupt === 'rerun' && current(after)?.outcome === 'interrupted'
      if (byPolicy || (made.type === 'resolve' && made.action === 'rerun')) return
      const harmless =
        made.type === 'never_began' ||
        (made.type === 'result' &&
          (made.result.outcome === 'never_began' ||
            (made.result.outcome === 'failed' && (!made.result.began || made.result.effects === 'none'))))
      expect(harmless).toBe(true)
    })
  })

  it('it succeeds only by a result of the attempt that was started last', () => {
    always(({ event: made, before, after }) => {
      if (after.state !== 'succeeded' || before.state === 'succeeded') return
      const begun = before.attempts.filter((one) => one.started_at !== undefined && one.outcome !== 'never_began')
      expect(made).toMatchObject({ type: 'result', attempt: begun.at(-1)?.number, result: { outcome: 'succeeded' } })
      expect(after.node_id).toBe(begun.at(-1)?.node_id)
      expect(after.response).toBe(made.type === 'result' ? made.result.text : undefined)
    })
  })

  it('it is cancelled only where no node holds a begun attempt, or on the node’s word', () => {
    always(({ event: made, before, after }) => {
      if (after.state !== 'cancelled' || before.state === 'cancelled') return
      expect(['queued', 'offered'].includes(before.state) || ['result', 'never_began'].includes(made.type)).toBe(true)
    })
  })

  it('no more attempts count than are allowed, and as many as a person had run again', () => {
    always(({ after }, story) => {
      const counted = after.attempts.filter(({ charged }) => charged).length
      const asked = story.filter(({ event: made, changed }) => changed && made.type === 'resolve').length
      // Three failures end it, so that a fourth attempt can never begin.
      expect(counted).toBeLessThanOrEqual(3 + asked)
    })
  })

  it('a second turn begins only where nothing can have come of the first, or where rerun was asked for', () => {
    always(({ event: made, before, after, policy }, story) => {
      if (made.type !== 'start' || after.state !== 'started' || before.state === 'started') return
      const earlier = before.attempts.filter((one) => one.number < before.attempt && one.started_at !== undefined)
      const doubtful = earlier.filter(({ outcome }) => outcome === 'interrupted' || outcome === 'late').length
      const asked = story.filter(({ event: { type }, changed }) => changed && type === 'resolve').length
      expect(doubtful).toBeLessThanOrEqual(asked + (policy.on_interrupt === 'rerun' ? 2 : 0))
    })
  })

  it('it is never run again after somebody asked it to stop', () => {
    always(({ before, after }) => {
      if (before.cancel_requested_at !== undefined) expect(['queued', 'offered']).not.toContain(after.state)
    })
  })

  it('a pin is written only by start, and undone only for an attempt that wrote one', () => {
    always(({ event: made, before, effects }, story) => {
      for (const effect of effects) {
        expect(before.conversation).toBe('talk')
        expect(before.affinity).not.toBe('excursion')
        if (effect.type === 'pin') {
          expect(made.type).toBe('start')
          expect(effect.node_id).toBe(before.node_id)
          continue
        }
        const writers = story.filter(
          ({ before: then, effects: its }) => then.attempt === effect.attempt && its.some(({ type }) => type === 'pin'),
        )
        expect(writers).toHaveLength(1)
        expect(before.affinity).not.toBe('hit')
      }
    })
  })

  it('backoff and waiting are told of queued messages only, a lost node only of those it may hold', () => {
    always(({ after }) => {
      if (after.not_before !== undefined || after.waiting !== undefined) expect(after.state).toBe('queued')
      if (after.node_lost_at !== undefined) expect(['started', 'running']).toContain(after.state)
      expect(after.interrupted_at !== undefined).toBe(after.state === 'interrupted')
    })
  })
})

describe('the random stories', () => {
  it('reach every state', () => {
    const stories = fc.sample(fc.array(event, { minLength: 40, maxLength: 40 }), { numRuns: 300, seed: 7 })
    const seen = new Set(stories.flatMap((events) => play(events, true, defaultPolicy).map(({ after }) => after.state)))
    expect([...seen].sort()).toEqual(
      ['cancelled', 'expired', 'failed', 'interrupted', 'offered', 'queued', 'running', 'started', 'succeeded'].sort(),
    )
  })
})
