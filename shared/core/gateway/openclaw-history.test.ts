import { describe, expect, it } from 'vitest'
import { isBusy, readHistory, readWait } from './openclaw-history.ts'

const input = (run = 'm.1') => ({ role: 'user', content: 'hello', idempotencyKey: `${run}:user` })
const said = (text: string, more: object = {}) => ({
  role: 'assistant',
  content: [{ type: 'text', text }],
  stopReason: 'stop',
  ...more,
})
const read = (...messages: object[]) => readHistory({ messages: messages as never }, 'm.1')

describe('a transcript', () => {
  it.each([
    ['no trace of the run', [input('m.0'), said('other')], { type: 'absent' }],
    ['its input only', [input()], { type: 'unanswered' }],
    ['a tool call without its end', [input(), said('', { stopReason: 'toolUse' })], { type: 'unanswered' }],
    ['its answer', [input('m.0'), said('other'), input(), said('yes')], { type: 'answered', text: 'yes', cut: [] }],
    [
      'an answer after words before a tool',
      [
        input(),
        said('wait', { stopReason: null }),
        said('', { stopReason: 'toolUse' }),
        { role: 'toolResult' },
        said('done'),
      ],
      { type: 'answered', text: 'wait\n\ndone', cut: [] },
    ],
    ['the answer to another message after it', [input(), input('m.2'), said('other')], { type: 'unanswered' }],
    ['a part that was stopped', [input(), said('par', { openclawAbort: { aborted: true } })], { type: 'cancelled' }],
    [
      'the answer of the turn that OpenClaw resumed after a crash',
      [
        input(),
        {
          role: 'user',
          content: '[System] Your previous turn was interrupted by a gateway restart while …',
          idempotencyKey: 'x:user',
        },
        said('after all'),
      ],
      { type: 'answered', text: 'after all', cut: [] },
    ],
    [
      'only what came after its input, the rest being older than the listing',
      [said('yes', { __openclaw: { runId: 'm.1' } })],
      { type: 'answered', text: 'yes', cut: [] },
    ],
    [
      'an answer too long for the listing',
      [input(), { ...said('omitted'), stopReason: undefined, __openclaw: { id: 'e1', truncated: true } }],
      { type: 'answered', text: 'omitted', cut: ['e1'] },
    ],
  ])('with %s', (_what, messages, finding) => {
    expect(read(...messages)).toEqual(finding)
  })

  it('with a failure', () => {
    expect(read(input(), said('LLM request failed', { stopReason: 'error' }))).toMatchObject({
      type: 'failed',
      error: { code: 'provider_failing' },
    })
  })

  it('uses what was fetched in place of what the listing left out', () => {
    const messages = [input(), { ...said('omitted'), __openclaw: { id: 'e1', truncated: true } }]
    const finding = readHistory({ messages: messages }, 'm.1', new Map([['e1', 'the whole']]))
    expect(finding).toEqual({ type: 'answered', text: 'the whole', cut: [] })
  })
})

it('is busy while the gateway says that the session runs or waits', () => {
  const busy = (sessionInfo: object) => isBusy({ messages: [], sessionInfo })
  expect([busy({ status: 'running' }), busy({ status: 'queued' }), busy({ hasActiveRun: true })]).toEqual([
    true,
    true,
    true,
  ])
  expect([busy({ status: 'done', hasActiveRun: false }), isBusy({ messages: [] })]).toEqual([false, false])
})

it.each([
  [
    { status: 'ok', endedAt: 1, terminalReply: { text: 'yes' } },
    { type: 'succeeded', text: 'yes' },
  ],
  [{ status: 'timeout' }, { type: 'unknown' }],
  [{ status: 'pending' }, { type: 'unknown' }],
  [{ status: 'error', endedAt: 1, stopReason: 'rpc' }, { type: 'cancelled' }],
  [
    { status: 'error', endedAt: 1, error: 'HTTP 401' },
    { type: 'failed', error: { code: 'provider_failing' } },
  ],
  [
    { status: 'timeout', endedAt: 1 },
    { type: 'failed', error: { code: 'timeout' } },
  ],
  [{ status: 'sunny' }, { type: 'failed', error: { code: 'gateway_bad_reply' } }],
])('reads %j from agent.wait', (reply, meaning) => {
  expect(readWait(reply)).toMatchObject(meaning)
})
