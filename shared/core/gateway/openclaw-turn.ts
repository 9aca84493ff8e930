/** One turn on an OpenClaw gateway, from the call to its end: through cancels, deadlines and lost connections. */
import { maxAnswerChars } from '../../contract/limits.ts'
import { MeshError } from '../../contract/error.ts'
import type { GatewayAttempt, GatewayEvent, Settled } from './adapter.ts'
import { systemText, withContext } from './context-text.ts'
import { EventQueue } from './event-queue.ts'
import { tookTooLong } from './openclaw-history.ts'
import { type SettleDeps, settleRun } from './openclaw-settle.ts'
import { AbortReply, type EventFrame, type ResponseFrame } from './rpc-frames.ts'
import {
  newTurn,
  onRunEvent,
  onRunResponse,
  type RunEnd,
  type Step,
  type TurnState,
  windowChars,
} from './turn-events.ts'

/** How long a turn is kept open while its gateway is away; after that `settle` takes over. */
const patienceMs = 10_000
const acceptMs = 60_000
const abortEveryMs = 500
const abortCallMs = 5_000
const confirmMs = 10_000
/** The response follows the closing event; it brings the usage. */
const responseMs = 2_000
/** The gateway's own limit, should we not be there to hold ours. */
const spareS = 5

export interface TurnDeps extends SettleDeps {
  /** The run may go on although it was to be stopped: whoever reconnects has to stop it. */
  readonly oweStop: (attempt: GatewayAttempt) => void
}

type StopReason = 'cancelled' | 'timeout' | 'too_large' | 'not_taken'

export class OpenClawTurn {
  readonly #attempt: GatewayAttempt
  readonly #deps: TurnDeps
  readonly #queue = new EventQueue()
  readonly #over = new AbortController()
  readonly #cleanUp: (() => void)[] = []
  #state: TurnState = newTurn
  #stopping: StopReason | undefined
  #isSettling = false
  #cancelPatience: (() => void) | undefined

  constructor(attempt: GatewayAttempt, deps: TurnDeps) {
    this.#attempt = attempt
    this.#deps = deps
  }

  async *run(signal: AbortSignal): AsyncGenerator<GatewayEvent> {
    const cancel = (): void => this.#stop('cancelled')
    try {
      if (signal.aborted) this.#queue.push({ type: 'cancelled', text: '' })
      else {
        signal.addEventListener('abort', cancel)
        this.#begin()
      }
      yield* this.#queue
    } finally {
      signal.removeEventListener('abort', cancel)
      this.#over.abort()
      for (const undo of this.#cleanUp.splice(0)) undo()
    }
  }

  #begin(): void {
    const { connection, clock } = this.#deps
    if (!connection.state.up) {
      this.#fail(connection.state.error, false)
      return
    }
    this.#cleanUp.push(
      connection.watch(this.#attempt.run_id, (event) => this.#onEvent(event)),
      clock.after(this.#attempt.timeout_s * 1_000, () => this.#stop('timeout')),
      clock.after(acceptMs, () => {
        if (this.#state.accepted) return
        this.#stop('not_taken')
        this.#settle()
      }),
      connection.onState(({ up }) => this.#onLink(up)),
      connection.call('agent', this.#params(), {
        onResponse: (reply) => this.#onResponse(reply),
        onClose: () => undefined,
      }),
    )
  }

  #params(): object {
    const { content, context, session, run_id, timeout_s } = this.#attempt
    const system = systemText(context)
    return {
      message: withContext(context, content),
      sessionKey: this.#deps.sessionKey(session),
      idempotencyKey: run_id,
      timeout: timeout_s + spareS,
      ...(system === undefined ? {} : { extraSystemPrompt: system }),
    }
  }

  #onEvent(event: EventFrame): void {
    const hadEnding = this.#state.ending !== undefined
    this.#apply(onRunEvent(this.#state, event))
    const { ending } = this.#state
    if (!ending || hadEnding) return
    const isPieced = ending.type === 'done' && ending.text.length >= windowChars
    const conclude = (): void => (isPieced ? this.#settle() : this.#end(ending))
    // No response will come on a connection that is not the one that asked.
    if (this.#isSettling) conclude()
    else this.#cleanUp.push(this.#deps.clock.after(responseMs, conclude))
  }

  #onResponse(reply: ResponseFrame): 'more' | 'done' {
    const step = onRunResponse(this.#state, reply)
    this.#apply(step)
    if (!step.end) return 'more'
    this.#end(step.end)
    return 'done'
  }

  #apply({ state, events }: Step): void {
    this.#state = state
    for (const event of events) this.#queue.push(event)
    if (state.text.length > maxAnswerChars) this.#stop('too_large')
  }

  #end(end: RunEnd): void {
    const { text } = this.#state
    const wasTakenBack = end.type === 'failed' && !end.began && this.#stopping === 'cancelled'
    if (wasTakenBack) this.#queue.push({ type: 'cancelled', text })
    else if (end.type === 'failed') this.#fail(end.error, end.began)
    else if (end.type === 'timeout') this.#fail(tookTooLong(this.#attempt.timeout_s), true)
    else if (end.type === 'done' && end.text.length > maxAnswerChars) this.#fail(answerTooLarge(), true)
    else if (end.type === 'done') this.#queue.push({ type: 'done', text: end.text })
    else if (this.#stopping === 'timeout') this.#fail(tookTooLong(this.#attempt.timeout_s), true)
    else if (this.#stopping === 'too_large') this.#fail(answerTooLarge(), true)
    else if (this.#stopping === 'not_taken') this.#fail(notTaken(), this.#state.started)
    else this.#queue.push({ type: 'cancelled', text })
  }

  #fail(error: MeshError, began: boolean): void {
    const { effects, text } = this.#state
    const told = text.length > maxAnswerChars ? text.slice(0, maxAnswerChars) : text
    this.#queue.push({ type: 'failed', error: error.toBody(), began, effects: began ? effects : 'none', text: told })
  }

  #lose(error: MeshError): void {
    if (this.#stopping) this.#deps.oweStop(this.#attempt)
    this.#queue.push({ type: 'lost', error: error.toBody(), text: this.#state.text.slice(0, maxAnswerChars) })
  }

  #onLink(isUp: boolean): void {
    if (isUp) {
      this.#cancelPatience?.()
      this.#cancelPatience = undefined
    } else if (!this.#cancelPatience) {
      // Every attempt to dial again says so too; the patience counts from the first.
      const { connection, clock } = this.#deps
      this.#cancelPatience = clock.after(patienceMs, () => {
        if (!connection.state.up) this.#lose(connection.state.error)
      })
      this.#cleanUp.push(this.#cancelPatience)
      this.#settle()
    }
  }

  /** The answer to our call will not come any more: look what became of the run. Events go on being read meanwhile. */
  #settle(): void {
    if (this.#isSettling) return
    this.#isSettling = true
    const { signal } = this.#over
    void settleRun(this.#attempt, signal, this.#deps).then(
      (settled) => this.#onSettled(settled),
      (error: unknown) => {
        if (!signal.aborted) this.#lose(MeshError.wrap(error))
      },
    )
  }

  #onSettled(settled: Settled): void {
    switch (settled.state) {
      case 'succeeded':
        this.#end({ type: 'done', text: settled.text })
        break
      case 'cancelled':
        this.#end({ type: 'cancelled' })
        break
      case 'failed':
        this.#fail(MeshError.from(settled.error), settled.began)
        break
      case 'never_began':
        if (this.#stopping) this.#end({ type: 'cancelled' })
        else if (this.#state.started) this.#fail(noTrace(), true)
        else this.#fail(neverBegan(), false)
        break
      case 'interrupted':
        this.#lose(MeshError.from(settled.error))
    }
  }

  /** Tells the gateway until it confirms: the first word may come before the run is registered there. */
  #stop(reason: StopReason): void {
    if (this.#stopping || this.#queue.ended) return
    this.#stopping = reason
    const { connection, clock } = this.#deps
    const params = { key: this.#deps.sessionKey(this.#attempt.session), runId: this.#attempt.run_id }
    let cancelNext: () => void = () => undefined
    const tell = (): void => {
      if (this.#over.signal.aborted) return
      const told = connection.request('sessions.abort', params, AbortReply, abortCallMs)
      // Not taken or not there yet: the next round says it again.
      void told.catch(() => undefined)
      cancelNext = clock.after(abortEveryMs, tell)
    }
    tell()
    this.#cleanUp.push(
      () => cancelNext(),
      clock.after(confirmMs, () => this.#lose(stopUnconfirmed())),
    )
  }
}

const answerTooLarge = (): MeshError =>
  new MeshError('answer_too_large', 'The answer is longer than 16 MiB; the turn was stopped and what came is kept.', {
    hint: 'Ask for less at once, or for a file on that machine.',
  })

const notTaken = (): MeshError =>
  new MeshError(
    'gateway_bad_reply',
    `The gateway did not take the turn within ${acceptMs / 1_000} s; it was told to stop it.`,
    {
      hint: 'Look at the load of that machine and at the gateway’s log.',
    },
  )

const neverBegan = (): MeshError =>
  new MeshError('gateway_down', 'The connection to the gateway ended before it took the turn.', {
    hint: 'Nothing ran; the message can go to another node.',
  })

const noTrace = (): MeshError =>
  new MeshError('message_interrupted', 'The turn had begun, but the gateway shows no trace of it any more.', {
    hint: 'Its session was reset, or its history was lost; look at that machine before sending it again.',
  })

const stopUnconfirmed = (): MeshError =>
  new MeshError('message_interrupted', 'The gateway did not confirm that the turn was stopped.', {
    hint: 'It is told again as soon as it answers; look at that machine if it matters.',
    details: { stop_unconfirmed: true },
  })
