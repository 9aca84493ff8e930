/** One turn in the gateway, from its events to its result. Who asked for it and who hears of it is `runner.ts`'s matter. */
import { MeshError } from '../../contract/error.ts'
import { maxAnswerChars } from '../../contract/limits.ts'
import type { Effects, Usage } from '../../contract/message.ts'
import type { AttemptResult } from '../../domain/message/events.ts'
import type { GatewayAdapter, GatewayAttempt, GatewayEvent, Settled } from '../gateway/adapter.ts'
import { tooLarge } from './result-frames.ts'

export type TurnEnd =
  | { readonly type: 'result'; readonly result: AttemptResult }
  /** The gateway went away; `settle` may find out more. */
  | { readonly type: 'lost'; readonly text: string }

export interface TurnDeps {
  readonly adapter: GatewayAdapter
  /** Stops the turn in the gateway. */
  readonly cancel: AbortSignal
  readonly delta: (offset: number, text: string) => void
  readonly tool: (name: string, phase: 'start' | 'end') => void
}

/** Never rejects: a gateway that breaks its word is a failed turn. */
export async function runTurn(attempt: GatewayAttempt, deps: TurnDeps): Promise<TurnEnd> {
  const tooLong = new AbortController()
  let effects: Effects = 'none'
  let usage: Usage | undefined
  const result = (outcome: AttemptResult['outcome'], text: string, more: Partial<AttemptResult> = {}): TurnEnd => ({
    type: 'result',
    result: { outcome, text, began: true, effects, ...(usage === undefined ? {} : { usage }), ...more },
  })

  const take = (event: GatewayEvent): TurnEnd | undefined => {
    switch (event.type) {
      case 'started':
        return undefined
      case 'delta':
        effects = 'possible'
        // What nobody may receive need not be made: the gateway is stopped, and what came so far is the answer.
        if (event.offset + event.text.length > maxAnswerChars) tooLong.abort()
        else deps.delta(event.offset, event.text)
        return undefined
      case 'tool':
        effects = 'possible'
        deps.tool(event.name, event.phase)
        return undefined
      case 'usage':
        usage = event.usage
        return undefined
      case 'done':
        return result('succeeded', event.text, { effects: 'possible' })
      case 'cancelled': {
        const end = result('cancelled', event.text)
        return tooLong.signal.aborted && end.type === 'result' ? { ...end, result: tooLarge(end.result) } : end
      }
      case 'failed': {
        const { error, began, text } = event
        return result('failed', text, { error, began, effects: effects === 'possible' ? effects : event.effects })
      }
      case 'lost':
        return { type: 'lost', text: event.text }
    }
  }

  try {
    for await (const event of deps.adapter.send(attempt, AbortSignal.any([deps.cancel, tooLong.signal]))) {
      const end = take(event)
      if (end) return end
    }
    const error = new MeshError('gateway_bad_reply', 'The gateway ended the turn without saying how it went.')
    return result('failed', '', { error: error.toBody(), effects: 'possible' })
  } catch (cause) {
    return result('failed', '', { error: MeshError.wrap(cause).toBody(), effects: 'possible' })
  }
}

/** What became of a turn that nobody watched, as its result. `text` is what was seen of it before. */
export function settledResult(settled: Settled, text: string): AttemptResult {
  switch (settled.state) {
    case 'succeeded': {
      const usage = settled.usage === undefined ? {} : { usage: settled.usage }
      return { outcome: 'succeeded', text: settled.text, began: true, effects: 'possible', ...usage }
    }
    case 'failed': {
      const { error, began, effects } = settled
      return { outcome: 'failed', text, error, began, effects }
    }
    case 'cancelled':
      return { outcome: 'cancelled', text, began: true, effects: 'possible' }
    case 'interrupted':
      return { outcome: 'interrupted', text, error: settled.error, began: true, effects: 'possible' }
    case 'never_began':
      // What was seen of the turn outweighs a history that does not show it: a rerun beside it would double its effects.
      return text === '' ? neverBegan('The gateway never got the message.') : noTrace(text)
  }
}

const noTrace = (text: string): AttemptResult => ({
  outcome: 'interrupted',
  text,
  began: true,
  effects: 'possible',
  error: { code: 'message_interrupted', message: 'The turn had begun, but the gateway shows no trace of it any more.' },
})

export const neverBegan = (message: string): AttemptResult => ({
  outcome: 'never_began',
  text: '',
  began: false,
  effects: 'none',
  error: { code: 'message_interrupted', message },
})
