import { expect, it } from 'vitest'
import type { GatewayEvent } from './adapter.ts'
import { newTurn, onRunEvent, onRunResponse, type Step, type TurnState } from './turn-events.ts'

const chat = (state: string, text: string, more: object = {}) => ({
  type: 'event' as const,
  event: 'chat',
  payload: { runId: 'r', state, message: { content: [{ type: 'text', text }] }, ...more },
})
const agent = (stream: string, data: object) => ({
  type: 'event' as const,
  event: 'agent',
  payload: { runId: 'r', stream, data },
})
const response = (payload: unknown) => onRunResponse.bind(null, newTurn, { type: 'res', id: '1', ok: true, payload })

/** Applies what came, one after the other. */
function feed(...frames: Parameters<typeof onRunEvent>[1][]): { state: TurnState; events: GatewayEvent[] } {
  const events: GatewayEvent[] = []
  let state = newTurn
  for (const frame of frames) {
    const step: Step = onRunEvent(state, frame)
    state = step.state
    events.push(...step.events)
  }
  return { state, events }
}
const heard = (events: readonly GatewayEvent[]): string =>
  events.reduce((text, event) => (event.type === 'delta' ? text.slice(0, event.offset) + event.text : text), '')

it('gives each new piece of text its place', () => {
  const { events } = feed(chat('delta', 'one', { deltaText: 'one' }), chat('delta', 'one two', { deltaText: ' two' }))
  expect(events).toEqual([
    { type: 'started' },
    { type: 'delta', offset: 0, text: 'one' },
    { type: 'delta', offset: 3, text: ' two' },
  ])
})

it('fills a gap from the text that every event carries', () => {
  const { events } = feed(chat('delta', 'one'), chat('delta', 'one two three', { deltaText: ' three' }))
  expect(heard(events)).toBe('one two three')
})

it('replaces from where the text differs', () => {
  const { events } = feed(chat('delta', 'I think so'), chat('delta', 'I know', { replace: true, deltaText: 'I know' }))
  expect(events.at(-1)).toEqual({ type: 'delta', offset: 2, text: 'know' })
})

it('pieces a long text together from the window the gateway shows of it', () => {
  const words = Array.from({ length: 100_000 }, (_, i) => `w${i}`).join(' ')
  const at = (length: number) => {
    const shown = words.slice(Math.max(0, length - 500_000), length)
    return chat('delta', shown, { deltaText: shown, replace: length > 500_000 })
  }
  const { state, events } = feed(at(400_000), at(499_500), at(510_000), at(words.length))
  expect(state.text === words).toBe(true)
  expect(heard(events) === words).toBe(true)
})

it('counts a tool as a possible effect and reports its start and end once', () => {
  const { state, events } = feed(
    agent('lifecycle', { phase: 'start' }),
    agent('tool', { phase: 'start', name: 'exec', args: {} }),
    agent('tool', { phase: 'update', name: 'exec' }),
    agent('tool', { phase: 'result', name: 'exec' }),
    agent('item', { phase: 'end', name: 'exec' }),
  )
  expect(state.effects).toBe('possible')
  expect(events.map((event) => event.type)).toEqual(['started', 'tool', 'tool'])
})

it('answers with the text that was shown, what was said before a tool included', () => {
  const { state } = feed(chat('delta', 'let me look\n\nall done'), chat('final', 'let me look\n\nall done'))
  const payload = { runId: 'r', status: 'ok', result: { payloads: [{ text: 'all done' }] } }
  expect(onRunResponse(state, { type: 'res', id: '1', ok: true, payload }).end).toEqual({
    type: 'done',
    text: 'let me look\n\nall done',
  })
})

it('answers with the response’s text when no event was seen', () => {
  const step = response({ runId: 'r', status: 'ok', result: { payloads: [{ text: 'one' }, { text: 'two' }] } })()
  expect(step.end).toEqual({ type: 'done', text: 'one\n\ntwo' })
  expect(heard(step.events)).toBe('one\n\ntwo')
})

it('takes a stopped run for cancelled and one that took too long for a timeout; both say status timeout', () => {
  const stopped = { runId: 'r', status: 'timeout', summary: 'aborted', stopReason: 'rpc' }
  expect(response(stopped)().end).toEqual({ type: 'cancelled' })
  expect(response({ ...stopped, timeoutPhase: 'provider' })().end).toEqual({ type: 'timeout' })
})

it('does not take an error text for an answer', () => {
  const payloads = [{ text: 'HTTP 500 from the provider', isError: true }]
  expect(response({ runId: 'r', status: 'ok', result: { payloads } })().end).toMatchObject({
    type: 'failed',
    error: { code: 'provider_failing' },
  })
})

it('ignores events of a form it does not know', () => {
  const { state, events } = feed(
    { type: 'event', event: 'chat', payload: { runId: 'r' } },
    { type: 'event', event: 'agent', payload: 'what' },
    { type: 'event', event: 'chat', payload: { runId: 'r', state: 'musing' } },
  )
  expect(state).toEqual(newTurn)
  expect(events).toEqual([])
})
