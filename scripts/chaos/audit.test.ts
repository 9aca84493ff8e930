import { describe, expect, it } from 'vitest'
import type { Message } from '../../shared/contract/message.ts'
import { newMessage } from '../../shared/domain/message/machine.ts'
import { type Acknowledged, audit, type Evidence } from './audit.ts'
import { piecesOf, textOf } from './turns.ts'

const at = '2026-01-01T00:00:00.000Z'
const work = { marker: 'm1', pieces: 3, every_ms: 10 }
const text = textOf(work)
const acknowledged: Acknowledged = { marker: 'm1', text, ids: ['msg-1'] }
const answer = (turn: string) => piecesOf(work, turn).join('')
const message = (change: Partial<Message> = {}): Message => ({
  ...newMessage({ content: text }, { id: 'msg-1', sender: 'somebody', at }),
  state: 'succeeded',
  response: answer('t1'),
  ...change,
})
const turn = { marker: 'm1', turn: 't1', node: 'host-1' }
const good: Evidence = { acknowledged: [acknowledged], stored: [message()], seen: [], turns: [turn] }
const judged = (change: Partial<Evidence>) => audit({ ...good, ...change })

describe('the audit', () => {
  it('finds nothing in a message with one answer of one turn, also where a line of the mesh stands before it', () => {
    expect(judged({})).toMatchObject({ messages: 1, begun: 1, lost: 0, doubled: 0, run_twice: 0, findings: [] })
    expect(judged({ stored: [message({ response: `Moved to host-1.\n\n${answer('t1')}` })] }).findings).toEqual([])
  })

  it('calls lost what is gone, what never ended, and what holds another text', () => {
    expect(judged({ stored: [] })).toMatchObject({ lost: 1 })
    for (const state of ['queued', 'offered', 'started', 'running'] as const)
      expect(judged({ stored: [message({ state })] })).toMatchObject({ lost: 1 })
    expect(judged({ stored: [message({ content: text.slice(0, -1) })] })).toMatchObject({ lost: 1 })
  })

  it('takes an interrupted or failed message for one that was kept', () => {
    const { response, ...rest } = message()
    expect(judged({ stored: [{ ...rest, state: 'interrupted' }] })).toMatchObject({
      lost: 0,
      ended: { interrupted: 1 },
      findings: [],
    })
    expect(judged({ stored: [{ ...rest, state: 'failed' }] })).toMatchObject({ ended: { failed: 1 }, findings: [] })
  })

  it('calls doubled one key with two messages, told to the client or only stored', () => {
    expect(judged({ acknowledged: [{ ...acknowledged, ids: ['msg-1', 'msg-2'] }] })).toMatchObject({ doubled: 1 })
    expect(judged({ stored: [message(), message({ id: 'msg-2' })] })).toMatchObject({ doubled: 1 })
  })

  it('calls doubled a result that changed after it was seen, and lets an interrupted message be answered late', () => {
    expect(judged({ seen: [{ id: 'msg-1', state: 'failed' }] })).toMatchObject({ doubled: 1 })
    expect(judged({ seen: [{ id: 'msg-1', state: 'succeeded', response: answer('t2') }] }).doubled).toBe(1)
    expect(judged({ seen: [{ id: 'msg-1', state: 'interrupted' }] }).findings).toEqual([])
    expect(judged({ seen: [{ id: 'msg-1', state: 'succeeded', response: answer('t1') }] }).findings).toEqual([])
  })

  it('calls doubled an answer that is spliced, cut short, or of no turn begun for the message', () => {
    const spliced = `${piecesOf({ ...work, pieces: 1 }, 't2').join('')}${answer('t1')}`
    for (const response of [spliced, answer('t1').slice(0, -3), answer('t9'), ''])
      expect(judged({ stored: [message({ response })] })).toMatchObject({ doubled: 1, lost: 0 })
  })

  it('calls run twice two turns of one message, whatever was shown of them', () => {
    const verdict = judged({ turns: [turn, { ...turn, turn: 't2', node: 'host-2' }] })
    expect(verdict).toMatchObject({ run_twice: 1, doubled: 0, lost: 0 })
    expect(verdict.findings[0]?.what).toContain('t2 on host-2')
  })

  it('counts a message once, however much is wrong with it', () => {
    const verdict = judged({
      acknowledged: [{ ...acknowledged, ids: ['msg-1', 'msg-2'] }],
      seen: [{ id: 'msg-1', state: 'failed' }],
    })
    expect(verdict.findings).toHaveLength(2)
    expect(verdict.doubled).toBe(1)
  })
})
