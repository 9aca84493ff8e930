import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MessageDelta } from '../../contract/event.ts'
import { MessageStream } from './message-stream.ts'

const at = '2026-01-01T00:00:00.000Z'
const delta = (offset: number, text: string, attempt = 1): MessageDelta => ({
  type: 'message.delta',
  at,
  data: { message_id: 'msg-1', attempt, offset, text },
})
const tool = (name: string) =>
  ({ type: 'message.tool', at, data: { message_id: 'msg-1', attempt: 1, name, phase: 'start' } }) as const

/** What a reader has who knew `text` when it had read up to `after`. */
function read(stream: MessageStream, after = 0, text = ''): string {
  let seen = text
  for (let next = stream.next(after); next; next = stream.next(next.n)) {
    const { event } = next
    if (event.type === 'message.delta') seen = seen.slice(0, event.data.offset) + event.data.text
  }
  return seen
}

describe('the stream of a message', () => {
  it('keeps tools between the deltas they came between', () => {
    const stream = new MessageStream()
    stream.pushPart(delta(0, 'a'))
    stream.pushPart(delta(1, 'b'))
    stream.pushPart(tool('calendar'))
    stream.pushPart(delta(2, 'c'))
    expect([stream.next(0)?.n, stream.next(2)?.n, stream.next(3)?.n]).toEqual([2, 3, 4])
    expect(stream.next(0)?.event.data).toMatchObject({ offset: 0, text: 'ab' })
  })

  it('lets an earlier offset replace what followed it, also for who had read that', () => {
    const stream = new MessageStream()
    stream.pushPart(delta(0, 'Hello wurld'))
    const first = stream.next(0)
    stream.pushPart(delta(7, 'orld'))
    expect(read(stream)).toBe('Hello world')
    expect(read(stream, first?.n, 'Hello wurld')).toBe('Hello world')
  })

  it('starts over with another attempt', () => {
    const stream = new MessageStream()
    stream.pushPart(delta(0, 'first try'))
    stream.pushPart(delta(0, 'second', 2))
    expect(read(stream)).toBe('second')
  })

  it('holds a bounded number of events and characters', () => {
    const stream = new MessageStream()
    for (let n = 0; n < 50_000; n++) stream.pushPart(tool(`tool-${n}`))
    expect(stream.last).toBeLessThanOrEqual(16_384)
    const rewritten = new MessageStream()
    const text = 'x'.repeat(100_000)
    for (let n = 0; n < 1_000; n++) rewritten.pushPart(delta(n % 7, text))
    expect(rewritten.chars).toBeLessThan(100_100)
  })

  it('gives every reader the same text, however it was cut, replaced and read', () => {
    const pieces = fc.array(fc.record({ back: fc.nat(5), text: fc.string({ maxLength: 8 }) }), { maxLength: 60 })
    fc.assert(
      fc.property(pieces, fc.array(fc.nat(60)), (pushed, pauses) => {
        const stream = new MessageStream()
        let answer = ''
        let mine = ''
        let n = 0
        for (const [index, { back, text }] of pushed.entries()) {
          const offset = Math.max(0, answer.length - back)
          answer = answer.slice(0, offset) + text
          stream.pushPart(delta(offset, text))
          if (pauses.includes(index)) continue
          for (let next = stream.next(n); next; next = stream.next(n)) {
            n = next.n
            if (next.event.type === 'message.delta') mine = mine.slice(0, next.event.data.offset) + next.event.data.text
          }
        }
        expect(read(stream)).toBe(answer)
        expect(read(stream, n, mine)).toBe(answer)
      }),
    )
  })

  it('joins many small deltas for good, and loses none of them', () => {
    const stream = new MessageStream()
    let answer = ''
    for (let n = 0; n < 10_000; n++) {
      stream.pushPart(delta(answer.length, `${n} `))
      answer += `${n} `
    }
    expect(read(stream)).toBe(answer)
    expect(read(stream, 9_990, '').endsWith('9999 ')).toBe(true)
  })
})
