/**
 * Runs attempts, each at most once: offered, accepted, started, begun, ended, acknowledged. Design §3, §4. What has begun
 * goes on while the link is away; what was only accepted dies with its link.
 */
import { MeshError } from '../../contract/error.ts'
import type { ErrorBody } from '../../contract/error.ts'
import { type AttemptRef, type Offer, runId } from '../../contract/link.ts'
import type { AttemptResult } from '../../domain/message/events.ts'
import type { GatewayAdapter } from '../gateway/adapter.ts'
import type { Log } from '../platform/log.ts'
import { DeltaBuffer } from './delta-buffer.ts'
import type { Journal } from './journal.ts'
import type { Link, WorkFrame } from './link.ts'
import { Outbox } from './outbox.ts'
import { resultFrames } from './result-frames.ts'
import { neverBegan, runTurn, settledResult } from './turn.ts'
import { unlessAborted } from './wait.ts'

export interface RunnerDeps {
  readonly adapter: GatewayAdapter
  readonly journal: Journal
  readonly log: Log
  /** Why an offer is turned down now; undefined when it is not. */
  readonly refusal: (full: boolean) => ErrorBody | undefined
}

/** An attempt that began and has no result yet. */
interface Live {
  readonly ref: AttemptRef
  readonly session: string
  readonly cancel: AbortController
  readonly deltas: DeltaBuffer
}

/** Offers hold whole messages, so few are held; a `hello` lists at most 10,000 attempts, so fewer are kept. */
const maxAccepted = 256
const maxHeld = 5_000
/** Attempts that are over and acknowledged, of which the last ones are remembered. */
const maxOver = 1_000
const maxToolName = 128

export class Runner {
  readonly #deps: RunnerDeps
  readonly #outbox: Outbox
  readonly #accepted = new Map<string, Offer>()
  readonly #live = new Map<string, Live>()
  /** Told and acknowledged lately: a repeated `start` must not hear that they never began. */
  readonly #over = new Set<string>()
  readonly #tasks = new Set<Promise<void>>()
  readonly #stopping = new AbortController()
  #link: Link | undefined

  constructor(deps: RunnerDeps) {
    this.#deps = deps
    this.#outbox = new Outbox(deps)
  }

  /** Takes up what an earlier run of the agent left: results to deliver, turns to find the end of. */
  start(): void {
    this.#outbox.load()
    for (const { ref, session } of this.#deps.journal.begun()) {
      const live = this.#add(ref, session)
      this.#own(this.#settle(live, ''))
    }
  }

  /** Turns that run are left to the gateway; the journal knows of them, and the next start settles them. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.unlinked()
    await Promise.all(this.#tasks)
    this.#outbox.writeDown()
  }

  /** What `hello` says of the attempts here. */
  standing(): { begun: AttemptRef[]; results: AttemptRef[] } {
    return { begun: [...this.#live.values()].map(({ ref }) => ref), results: this.#outbox.refs() }
  }

  linked(link: Link): void {
    this.#link = link
    this.relieved()
    this.#outbox.linked(link)
  }

  unlinked(): void {
    this.#link = undefined
    this.#accepted.clear()
    this.#outbox.unlinked()
  }

  /** Results that the disk would not take earlier are written now, if it takes them. */
  writeDown(): void {
    this.#outbox.writeDown()
  }

  /** There is room on the link (again): sends what was merged meanwhile. */
  relieved(): void {
    for (const live of this.#live.values()) this.#flush(live)
  }

  /** A frame that came over the current link. */
  take(frame: WorkFrame): void {
    if (this.#stopping.signal.aborted) return
    const ref = { message_id: frame.message_id, attempt: frame.attempt }
    switch (frame.type) {
      case 'offer':
        this.#offered(ref, frame)
        break
      case 'start':
        this.#started(ref)
        break
      case 'cancel':
        this.#cancelled(ref)
        break
      case 'result_ack':
        this.#outbox.acknowledge(ref)
        this.#remember(runId(ref))
        break
    }
  }

  #offered(ref: AttemptRef, offer: Offer): void {
    if (this.#outbox.has(ref)) {
      this.#outbox.send(ref)
      return
    }
    const error = this.#live.has(runId(ref)) ? alreadyBegun(ref) : this.#deps.refusal(this.#isFull())
    if (error) {
      this.#accepted.delete(runId(ref))
      this.#link?.send({ type: 'refuse', ...ref, error })
    } else {
      this.#accepted.set(runId(ref), offer)
      this.#link?.send({ type: 'accept', ...ref })
    }
  }

  #started(ref: AttemptRef): void {
    const offer = this.#accepted.get(runId(ref))
    this.#accepted.delete(runId(ref))
    if (this.#live.has(runId(ref)) || this.#over.has(runId(ref))) return
    if (this.#outbox.has(ref)) this.#outbox.send(ref)
    else if (offer) this.#begin(ref, offer)
    else this.#tell(ref, neverBegan('This node has not accepted the attempt on this link.'))
  }

  #begin(ref: AttemptRef, offer: Offer): void {
    try {
      this.#deps.journal.recordBegun(ref, { session: offer.session })
    } catch (cause) {
      this.#deps.log.error({ err: cause, run_id: runId(ref) }, 'an attempt could not be recorded, so it was not begun')
      const error = MeshError.wrap(cause).toBody()
      this.#tell(ref, { outcome: 'failed', text: '', began: false, effects: 'none', error })
      return
    }
    this.#own(this.#run(this.#add(ref, offer.session), offer))
  }

  #cancelled(ref: AttemptRef): void {
    const live = this.#live.get(runId(ref))
    if (live) {
      live.cancel.abort()
    } else if (this.#outbox.has(ref)) {
      this.#outbox.send(ref)
    } else if (this.#accepted.delete(runId(ref))) {
      this.#tell(ref, neverBegan('This node has not begun the attempt.'))
    } else {
      // It may have begun and be forgotten: the journal was lost, or the result is long acknowledged.
      this.#tell(
        ref,
        stopUnconfirmed('', 'The node knows nothing of the attempt (any more); whether it runs is not known.'),
      )
    }
  }

  async #run(live: Live, offer: Offer): Promise<void> {
    const { ref } = live
    this.#link?.send({ type: 'begun', ...ref })
    const { content, context, session, timeout_s } = offer
    const turn = runTurn(
      { run_id: runId(ref), content, context, session, timeout_s },
      {
        adapter: this.#deps.adapter,
        cancel: live.cancel.signal,
        delta: (offset, text) => {
          live.deltas.push(offset, text)
          this.#flush(live)
        },
        tool: (name, phase) => {
          this.#flush(live)
          if (this.#link?.congested === false)
            this.#link.send({ type: 'tool', ...ref, name: name.slice(0, maxToolName) || 'tool', phase })
        },
      },
    )
    const end = await unlessAborted(this.#stopping.signal, turn)
    if (!end || this.#stopping.signal.aborted) return
    if (end.type === 'lost') return this.#settle(live, end.text)
    this.#finish(live, end.result)
  }

  async #settle(live: Live, text: string): Promise<void> {
    const { ref, session, cancel } = live
    const { adapter } = this.#deps
    const signal = AbortSignal.any([this.#stopping.signal, cancel.signal])
    // Nobody watches the turn: ending the wait stops nothing in the gateway, so it is told by name.
    const stop = () => adapter.cancel?.({ run_id: runId(ref), session })
    cancel.signal.addEventListener('abort', stop, { once: true })
    let result: AttemptResult
    try {
      const settled = await unlessAborted(signal, adapter.settle({ run_id: runId(ref), session }, signal))
      result = settled ? settledResult(settled, text) : stopUnconfirmed(text)
    } catch (cause) {
      this.#deps.log.error({ err: cause, run_id: runId(ref) }, 'what became of an attempt could not be found out')
      result = settledResult({ state: 'interrupted', error: MeshError.wrap(cause).toBody() }, text)
    }
    if (!this.#stopping.signal.aborted) this.#finish(live, result)
  }

  #add(ref: AttemptRef, session: string): Live {
    const live = { ref, session, cancel: new AbortController(), deltas: new DeltaBuffer() }
    this.#live.set(runId(ref), live)
    return live
  }

  #finish(live: Live, result: AttemptResult): void {
    this.#live.delete(runId(live.ref))
    this.#outbox.keep(live.ref, result)
  }

  /** Text goes out as it comes; while the link is away or full it is merged. */
  #flush(live: Live): void {
    if (this.#link?.congested !== false) return
    for (const delta of live.deltas.take()) this.#link.send({ type: 'delta', ...live.ref, ...delta })
  }

  /** A word about an attempt that left no trace here, so nothing is kept of it. */
  #tell(ref: AttemptRef, result: AttemptResult): void {
    for (const frame of resultFrames(ref, result)) this.#link?.send(frame)
  }

  #remember(run: string): void {
    this.#over.add(run)
    const oldest = this.#over.values().next()
    if (this.#over.size > maxOver && !oldest.done) this.#over.delete(oldest.value)
  }

  #isFull(): boolean {
    return this.#accepted.size >= maxAccepted || this.#live.size + this.#outbox.size >= maxHeld
  }

  #own(task: Promise<void>): void {
    this.#tasks.add(task)
    void task.finally(() => this.#tasks.delete(task))
  }
}

const alreadyBegun = (ref: AttemptRef): ErrorBody => ({
  code: 'idempotency_conflict',
  message: `Attempt ${runId(ref)} has already begun on this node.`,
})

const gatewayWasAway = 'The gateway was away when it was told to stop; whether it did is not known.'

const stopUnconfirmed = (text: string, message = gatewayWasAway): AttemptResult => ({
  outcome: 'interrupted',
  text,
  began: true,
  effects: 'possible',
  error: {
    code: 'message_interrupted',
    message,
    details: { stop_unconfirmed: true },
  },
})
