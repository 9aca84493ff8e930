import { describe, expect, it } from 'vitest'
import type { MeshEvent } from '../../contract/event.ts'
import { aNode } from '../../testing/builders.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { MeshEventLog } from './event-log.ts'

const aLog = (capacity?: number) =>
  new MeshEventLog({ bootId: 'boot', clock: fakeClock(), ...(capacity ? { capacity } : {}) })
const append = (log: MeshEventLog, times: number): void => {
  for (let n = 0; n < times; n++) log.append({ type: 'node.updated', data: { node: aNode() } })
}
const seqs = (events: readonly MeshEvent[] | null) => events?.map(({ seq }) => seq)

describe('the event log', () => {
  it('numbers and dates events from 1', () => {
    const log = aLog()
    expect(log.seq).toBe(0)
    append(log, 2)
    expect(log.since(0)).toMatchObject([
      { seq: 1, at: '2026-01-01T00:00:00.000Z', type: 'node.updated' },
      { seq: 2, at: '2026-01-01T00:00:00.000Z' },
    ])
  })

  it('tells what came after a number, and null when some of it is gone or the number is none of its own', () => {
    const log = aLog(3)
    append(log, 5)
    expect(seqs(log.since(2))).toEqual([3, 4, 5])
    expect(seqs(log.since(5))).toEqual([])
    expect(log.since(1)).toBeNull()
    expect(log.since(6)).toBeNull()
  })

  it('tells those who listen until they stop', () => {
    const log = aLog()
    const heard: number[] = []
    const stop = log.subscribe(({ seq }) => heard.push(seq))
    append(log, 2)
    stop()
    append(log, 1)
    expect(heard).toEqual([1, 2])
  })
})
