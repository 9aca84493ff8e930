/** Turns what an OpenClaw gateway says about one run into our events. Pure. Text comes from `chat` events only. */
import { isValid } from '../../contract/check.ts'
import type { MeshError } from '../../contract/error.ts'
import type { Effects, Usage } from '../../contract/message.ts'
import type { GatewayEvent } from './adapter.ts'
import { badReply, refusal, runFailure } from './rpc-errors.ts'
import { AgentEvent, ChatEvent, type EventFrame, type ResponseFrame, RunReply, textOf } from './rpc-frames.ts'

/** How a run ended, before anybody asked why: the turn's owner may know that its own deadline stopped it. */
export type RunEnd =
  | { readonly type: 'done'; readonly text: string }
  | { readonly type: 'cancelled' }
  | { readonly type: 'timeout' }
  | { readonly type: 'failed'; readonly error: MeshError; readonly began: boolean }

export interface TurnState {
  readonly started: boolean
  readonly text: string
  readonly effects: Effects
  /** The gateway took the run in. */
  readonly accepted: boolean
  /** Said by an event; the response, which follows, has the last word and the usage. */
  readonly ending: RunEnd | undefined
}

export const newTurn: TurnState = { started: false, text: '', effects: 'none', accepted: false, ending: undefined }

export interface Step {
  readonly state: TurnState
  readonly events: readonly GatewayEvent[]
  /** The run has ended for good. */
  readonly end?: RunEnd
}

export function onRunEvent(state: TurnState, { event, payload }: EventFrame): Step {
  if (event === 'chat' && isValid(ChatEvent, payload)) return onChat(state, payload)
  if (event === 'agent' && isValid(AgentEvent, payload)) return onAgent(state, payload)
  return { state, events: [] }
}

function onChat(state: TurnState, chat: ChatEvent): Step {
  switch (chat.state) {
    case 'delta':
      return withText(state, textAfter(state.text, chat))
    case 'final': {
      const step = withText(state, textAfter(state.text, chat))
      return { ...step, state: { ...step.state, ending: { type: 'done', text: step.state.text } } }
    }
    case 'aborted': {
      const step = withText(state, textAfter(state.text, chat))
      return { ...step, state: { ...step.state, ending: { type: 'cancelled' } } }
    }
    case 'error': {
      const ending: RunEnd =
        chat.errorKind === 'timeout'
          ? { type: 'timeout' }
          : { type: 'failed', error: runFailure(chat.errorMessage ?? '', chat.errorDetail), began: true }
      return { state: { ...state, ending }, events: [] }
    }
    default:
      return { state, events: [] }
  }
}

function onAgent(state: TurnState, { stream, data }: AgentEvent): Step {
  if (stream === 'lifecycle' && data.phase === 'start') return started(state)
  if (stream !== 'tool' || data.name === undefined) return { state, events: [] }
  const phase = data.phase === 'start' ? 'start' : data.phase === 'result' ? 'end' : undefined
  const step = started({ ...state, effects: 'possible' })
  if (!phase) return step
  return { ...step, events: [...step.events, { type: 'tool', name: data.name.slice(0, 128) || 'tool', phase }] }
}

/** `message` carries the text so far each time; it is trusted over our own sum when the two differ. */
function textAfter(before: string, { deltaText, message }: ChatEvent): string {
  const shown = message ? textOf(message.content) : ''
  if (shown === '') return before + (deltaText ?? '')
  return shown.length < windowChars ? shown : joinWindow(before, shown)
}

/** Of a longer text the gateway shows its last 500,000 characters. */
export const windowChars = 499_000
const overlapStart = 256

function joinWindow(before: string, shown: string): string {
  const start = shown.slice(0, overlapStart)
  for (let at = before.indexOf(start); at !== -1; at = before.indexOf(start, at + 1)) {
    if (shown.startsWith(before.slice(at))) return before.slice(0, at) + shown
  }
  // What lies between was never seen here; the response at the end has it.
  return shown
}

/** The step to a new whole text: what is added, or from where it is replaced. */
function withText(state: TurnState, text: string): Step {
  if (text === state.text) return { state, events: [] }
  const first = started({ ...state, effects: 'possible' })
  const offset = text.startsWith(state.text) ? state.text.length : commonStart(state.text, text)
  const delta: GatewayEvent = { type: 'delta', offset, text: text.slice(offset) }
  return { state: { ...first.state, text }, events: [...first.events, delta] }
}

function commonStart(a: string, b: string): number {
  let length = 0
  while (length < a.length && length < b.length && a[length] === b[length]) length++
  return length
}

function started(state: TurnState): Step {
  if (state.started) return { state, events: [] }
  return { state: { ...state, started: true, accepted: true }, events: [{ type: 'started' }] }
}

/** A response to our `agent` call: taken in, or the end. */
export function onRunResponse(state: TurnState, reply: ResponseFrame): Step {
  if (!reply.ok) {
    if (!reply.error) return ended(state, badReply('a failure without an error'))
    // A run that failed at once has no `accepted` before it, but a payload of its own.
    const hasRun = state.accepted || isValid(RunReply, reply.payload)
    if (!hasRun)
      return { state, events: [], end: { type: 'failed', error: refusal('agent', reply.error), began: false } }
    return {
      state,
      events: [],
      end: state.ending ?? { type: 'failed', error: runFailure(reply.error.message), began: true },
    }
  }
  if (!isValid(RunReply, reply.payload)) return ended(state, badReply('the reply to a turn has an unknown form'))
  const { payload } = reply
  switch (payload.status) {
    case 'accepted':
    case 'in_flight':
    case 'pending':
      return { state: { ...state, accepted: true }, events: [] }
    case 'ok':
      return onSuccess(state, payload)
    case 'timeout':
      // A stopped run and one that took too long look alike but for this field.
      return {
        state,
        events: [],
        end: payload.timeoutPhase === undefined ? { type: 'cancelled' } : { type: 'timeout' },
      }
    case 'error':
      return { state, events: [], end: { type: 'failed', error: runFailure(payload.summary ?? ''), began: true } }
    default:
      return ended(state, badReply(`a turn ended with the unknown status "${payload.status.slice(0, 64)}"`))
  }
}

function onSuccess(state: TurnState, { result }: RunReply): Step {
  const payloads = (result?.payloads ?? []).filter(({ text }) => text)
  const joined = payloads.map(({ text }) => text).join('\n\n')
  if (payloads.length > 0 && payloads.every(({ isError }) => isError)) {
    return { state, events: [], end: { type: 'failed', error: runFailure(joined), began: true } }
  }
  const text = wholeText(state, joined)
  if (text.trim() === '') return ended(state, badReply('the turn ended without an answer'))
  const step = withText(state, text)
  const usage = usageOf(result?.meta?.agentMeta?.usage)
  return { ...step, events: [...step.events, ...(usage ? [usage] : [])], end: { type: 'done', text } }
}

/** The payloads lack what was said before a tool call; what was shown may have been pieced together. */
function wholeText({ text, ending }: TurnState, joined: string): string {
  if (text.endsWith(joined)) return text
  return ending?.type === 'done' && text.length < windowChars ? text : joined
}

function usageOf(usage: { input?: number; output?: number } | undefined): GatewayEvent | undefined {
  if (!usage) return undefined
  const told: Usage = {
    ...(usage.input === undefined ? {} : { input_tokens: usage.input }),
    ...(usage.output === undefined ? {} : { output_tokens: usage.output }),
  }
  return { type: 'usage', usage: told }
}

/** A reply we cannot read says nothing about what the run did. */
const ended = (state: TurnState, error: MeshError): Step => ({
  state: { ...state, effects: 'possible' },
  events: [],
  end: { type: 'failed', error, began: true },
})
