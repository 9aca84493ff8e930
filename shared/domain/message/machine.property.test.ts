import fc from 'fast-check'
import { Compile } from 'typebox/compile'
import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../contract/error.ts'
import { type Attempt, hasEnded, type Message, Message as MessageSchema } from '../../contract/message.ts'
import { aMessage } from '../../testing/builders.ts'
import type { AttemptResult, Effect, MachineEvent } from './events.ts'
import { step } from './machine.ts'

// Any events in any order, about any attempt: what a hostile node, a lost frame or a wrong caller could make of it.

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000).toISOString()
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
  readonly effects: readonly Effect[]
}

function play(events: readonly Aimed[], conversation: boolean): Moment[] {
  let message = aMessage(conversation ? { conversation: 'talk' } : {})
  return events.map((make, index) => {
    const before = message
    const made = make(before.attempt)
    const answer = step(before, made, at(index + 1))
    message = answer.message
    const changed = answer.ok && answer.changed
    return { event: made, before, after: message, changed, effects: answer.ok ? answer.effects : [] }
  })
}

const always = (holds: (moment: Moment, story: readonly Moment[]) => void): void => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 40, size: 'max' }), fc.boolean(), (events, conversation) => {
      const story = play(events, conversation)
      for (const moment of story) holds(moment, story)
    }),
    { numRuns: 150 },
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

  it('an end is final: state, answer and error never change again', () => {
    always(({ before, after }) => {
      if (hasEnded(before.state)) expect(after).toBe(before)
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
      const past = before.attempts.filter((one) => one.number < before.attempt)
      if (after.attempts.length >= before.attempts.length) expect(after.attempts).toEqual(expect.arrayContaining(past))
    })
  })

  it('once start was sent, it is queued again only on the node’s word that nothing was done', () => {
    always(({ event: made, before, after }) => {
      const started = ['started', 'running', 'interrupted'].includes(before.state)
      if (!started || after.state !== 'queued') return
      const harmless =
        made.type === 'never_began' ||
        (made.type === 'result' &&
          (made.result.outcome === 'never_began' ||
            (made.result.outcome === 'failed' && (!made.result.began || made.result.effects === 'none'))))
      expect(harmless).toBe(true)
      expect(before.cancel_requested_at).toBeUndefined()
    })
  })

  it('it succeeds only by a result of its current attempt, after start', () => {
    always(({ event: made, before, after }) => {
      if (after.state !== 'succeeded' || before.state === 'succeeded') return
      expect(made).toMatchObject({ type: 'result', attempt: before.attempt, result: { outcome: 'succeeded' } })
      expect(current(before)?.started_at).toBeDefined()
      expect(after.response).toBe(made.type === 'result' ? made.result.text : undefined)
    })
  })

  it('it is cancelled only where no node holds a begun attempt, or on the node’s word', () => {
    always(({ event: made, before, after }) => {
      if (after.state !== 'cancelled' || before.state === 'cancelled') return
      expect(['queued', 'offered'].includes(before.state) || ['result', 'never_began'].includes(made.type)).toBe(true)
    })
  })

  it('no more attempts count than are allowed', () => {
    always(({ after }) => {
      const counted = after.attempts.filter(({ charged }) => charged).length
      // Three failures end it, so that a fourth attempt can never begin.
      expect(counted).toBeLessThanOrEqual(3)
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
    })
  })
})

describe('the random stories', () => {
  it('reach every state', () => {
    const stories = fc.sample(fc.array(event, { minLength: 40, maxLength: 40 }), { numRuns: 300, seed: 7 })
    const seen = new Set(stories.flatMap((events) => play(events, true).map(({ after }) => after.state)))
    expect([...seen].sort()).toEqual(
      ['cancelled', 'expired', 'failed', 'interrupted', 'offered', 'queued', 'running', 'started', 'succeeded'].sort(),
    )
  })
})
