import { describe, expect, it } from 'vitest'
import { MeshError } from '../../contract/error.ts'
import { aMessage } from '../../testing/builders.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { silentLog } from '../platform/log.ts'
import type { Transitioned } from '../storage/store.ts'
import { Transitions } from './transitions.ts'

const cancel = { type: 'cancel' } as const

function failing(times: number, code: 'store_failed' | 'message_not_found' = 'store_failed') {
  const clock = fakeClock()
  let asked = 0
  const transition = async () => {
    asked += 1
    if (asked <= times) throw new MeshError(code, 'No.')
    return { message: aMessage({ state: 'cancelled' }), applied: true }
  }
  const transitions = new Transitions({ store: { transition }, clock, log: silentLog })
  return { clock, transitions, asked: () => asked }
}

it('tries again until the store can write', async () => {
  const { clock, transitions, asked } = failing(3)
  const applied = transitions.apply('msg-1', cancel)
  await clock.advance(3_000)
  expect((await applied)?.state).toBe('cancelled')
  expect(asked()).toBe(4)
})

it('gives up at once on a message that is not there', async () => {
  const { transitions, asked } = failing(9, 'message_not_found')
  expect(await transitions.apply('msg-1', cancel)).toBeUndefined()
  expect(asked()).toBe(1)
})

it('lets go of what cannot be written when it stops, and sets no timer any more', async () => {
  const { clock, transitions } = failing(Infinity)
  const applied = transitions.apply('msg-1', cancel)
  await clock.settle()
  await transitions.stop()
  expect(await applied).toBeUndefined()
  expect(await transitions.apply('msg-1', cancel)).toBeUndefined()
  expect(clock.pending).toBe(0)
})

describe('steps of one message', () => {
  const offer = { type: 'waiting', waiting: null } as const

  /** A store on which nothing is done before the test says so. */
  function byHand() {
    const clock = fakeClock()
    const asked: { readonly event: string; readonly answer: PromiseWithResolvers<Transitioned> }[] = []
    const transition = async (_id: string, { type }: { readonly type: string }) => {
      const answer = Promise.withResolvers<Transitioned>()
      asked.push({ event: type, answer })
      return answer.promise
    }
    const transitions = new Transitions({ store: { transition }, clock, log: silentLog })
    const message = aMessage({ state: 'queued' })
    return {
      clock,
      transitions,
      events: () => asked.map(({ event }) => event),
      writes: (index: number) => asked[index]?.answer.resolve({ message, applied: true }),
      rejects: (index: number) => asked[index]?.answer.resolve({ message, applied: false, why: 'It is queued.' }),
      cannotWrite: (index: number) => asked[index]?.answer.reject(new MeshError('disk_full', 'No room.')),
    }
  }

  it('are asked for together, so that they share a commit', async () => {
    const { clock, transitions, events } = byHand()
    void transitions.apply('msg-1', offer)
    void transitions.apply('msg-1', cancel)
    await clock.settle()
    expect(events()).toEqual(['waiting', 'cancel'])
  })

  it('wait for one that could not be written', async () => {
    const { clock, transitions, events, ...store } = byHand()
    void transitions.apply('msg-1', offer)
    await clock.settle()
    store.cannotWrite(0)
    await clock.settle()
    const second = transitions.apply('msg-1', cancel)
    const other = transitions.apply('msg-2', cancel)
    await clock.settle()
    expect(events()).toEqual(['waiting', 'cancel'])
    store.writes(1)
    await other
    await clock.advance(1_000)
    expect(events()).toEqual(['waiting', 'cancel', 'waiting'])
    store.writes(2)
    await clock.settle()
    expect(events().at(-1)).toBe('cancel')
    store.writes(3)
    expect(await second).toBeDefined()
  })

  it('are tried again when they did not apply because one before them could not be written', async () => {
    const { clock, transitions, events, ...store } = byHand()
    void transitions.apply('msg-1', offer)
    const second = transitions.apply('msg-1', cancel)
    await clock.settle()
    store.cannotWrite(0)
    store.rejects(1)
    await clock.advance(1_000)
    store.writes(2)
    await clock.settle()
    expect(events()).toEqual(['waiting', 'cancel', 'waiting', 'cancel'])
    store.writes(3)
    expect(await second).toBeDefined()
    await transitions.stop()
  })

  it('are let go of when it stops, those that wait for another too', async () => {
    const { clock, transitions, ...store } = byHand()
    const all = [transitions.apply('msg-1', offer), transitions.apply('msg-1', cancel)]
    await clock.settle()
    store.cannotWrite(0)
    store.rejects(1)
    await clock.settle()
    await transitions.stop()
    expect(await Promise.all(all)).toEqual([undefined, undefined])
  })
})
